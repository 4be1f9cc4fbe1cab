import { VardropError } from '@vardrop/core';
import { type BoundNode, elementCount, type NodeId, numberOf, type ReductionKernel } from '@vardrop/core/program';
import { type GpujsMode, isCard } from '../gpujs/mode.js';
import { printElementwise } from './elementwise.js';
import type { KernelSource, ValueId } from './kernelSource.js';
import { isCut, type Parts, repeatPieces } from './parts.js';
import { piece, piecesOf } from './sums.js';
import { broadcastStrides, indexAt, spreadThreads, stridesOf } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/** From this many elements on, a reduction to few results is done in several kernels, so that all threads have work. */
const parallel = 4096;
/** The longest sum along one axis that one thread of a processor makes: there are few others to share it with. */
const longest = 2 ** 16;

/** A reduction of a value of `shape`, an element of which `evaluate` prints. */
interface Reduction {
  readonly op: 'reduceSum' | 'reduceMax';
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly result: ValueId;
  readonly evaluate: (writer: Writer, coordinates: readonly string[]) => string;
}

/** What all kernels of a reduction have in common. */
interface Target {
  readonly mode: GpujsMode;
  readonly between: () => ValueId;
  readonly mostTurns: number;
}

/**
 * Prints a sum or maximum over axes. Sums are trees: each axis has a sum of its own, and a long one is cut into pieces,
 * so that errors grow with the depth rather than with the number of terms.
 *
 * @param between makes the id of a value between two kernels
 * @param mostTurns of loops in a thread
 */
export function printReduction(
  nodes: readonly BoundNode[],
  kernel: ReductionKernel,
  between: () => ValueId,
  mode: GpujsMode,
  mostTurns: number,
): KernelSource[] {
  const node = nodes[kernel.reduction];
  if (node.op !== 'reduceSum' && node.op !== 'reduceMax') {
    throw new VardropError('VARDROP_PROGRAM', `[gpujs] reduction: got ${node.op}, needs reduceSum or reduceMax.`);
  }
  const { shape } = kernel;
  const evaluate = (writer: Writer, coordinates: readonly string[]) => {
    const readValue = (id: NodeId) => writer.read(id, indexAt(coordinates, broadcastStrides(nodes[id].shape, shape)));
    const names = printElementwise(writer, nodes, kernel.prologue, readValue, indexAt(coordinates, stridesOf(shape)));
    const [operand] = node.operands;
    return names.get(operand) ?? printOperand(writer, nodes, operand, readValue);
  };
  const axes = node.axes.filter((axis) => shape[axis] > 1);
  return reduce({ op: node.op, shape, axes, result: kernel.reduction, evaluate }, { mode, between, mostTurns });
}

/** Prints the sum of a value of `shape` over axes. */
export function printSum(
  mode: GpujsMode,
  value: ValueId,
  shape: readonly number[],
  axes: readonly number[],
  result: ValueId,
  between: () => ValueId,
  mostTurns: number,
): KernelSource[] {
  return reduce({ op: 'reduceSum', shape, axes, result, evaluate: reader(value, shape) }, { mode, between, mostTurns });
}

/** Prints an element of a value. */
const reader =
  (value: ValueId, shape: readonly number[]): Reduction['evaluate'] =>
  (writer, coordinates) =>
    writer.define(writer.read(value, indexAt(coordinates, broadcastStrides(shape, shape))));

function printOperand(
  writer: Writer,
  nodes: readonly BoundNode[],
  id: NodeId,
  readValue: (id: NodeId) => string,
): string {
  const number = numberOf(nodes[id]);
  return number === undefined ? writer.define(readValue(id)) : writer.number(number);
}

/** One kernel, or several if one would have too few threads, or too much work for each. */
function reduce(reduction: Reduction, target: Target): KernelSource[] {
  const { shape, axes } = reduction;
  const { mode, between, mostTurns } = target;
  const total = elementCount(shape);
  const kept = elementCount(shape.filter((_, axis) => !axes.includes(axis)));
  const last = axes[axes.length - 1];
  if (kept >= parallel || total < parallel || (axes.length < 2 && shape[last] < (isCard(mode) ? parallel : longest))) {
    const source = printLoops(reduction, mode, []);
    if (source.turns <= mostTurns) return [source];
  }
  const middle = between();
  const next = (nextShape: readonly number[], nextAxes: readonly number[]) =>
    reduce({ ...reduction, shape: nextShape, axes: nextAxes, evaluate: reader(middle, nextShape) }, target);
  if (axes.length > 1) {
    // First the sums along the last axis, one thread each.
    const rowShape = shape.map((length, axis) => (axis === last ? 1 : length));
    return [...reduce({ ...reduction, axes: [last], result: middle }, target), ...next(rowShape, axes.slice(0, -1))];
  }
  const counts = [Math.ceil(Math.sqrt(shape[last]))];
  const partShape = [...counts, ...shape.map((length, axis) => (axis === last ? 1 : length))];
  return [printLoops({ ...reduction, result: middle }, mode, counts), ...next(partShape, [0])];
}

/** One kernel. With `counts`, its one axis is cut into so many parts, and its result has an axis of them before its own. */
function printLoops(
  { op, shape, axes, result, evaluate }: Reduction,
  mode: GpujsMode,
  counts: Parts['counts'],
): KernelSource {
  const writer = createWriter(mode);
  const outShape = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const threads = spreadThreads(writer, [...counts, ...outShape]);
  const parts: Parts = { counts, coordinates: threads.coordinates.slice(0, counts.length) };
  const start = writer.number(op === 'reduceSum' ? 0 : -Infinity);
  const combine = (a: string, b: string) => (op === 'reduceSum' ? `${a} + ${b}` : `Math.max(${a}, ${b})`);
  const declare = () => {
    const sum = writer.fresh('s');
    writer.line(`let ${sum} = ${start};`);
    return sum;
  };
  const add = (into: string, term: string) => writer.line(`${into} = ${combine(into, term)};`);

  const loop = (at: readonly string[], [axis, ...inner]: readonly number[]): string => {
    if (axis === undefined) return evaluate(writer, at);
    const sum = declare();
    const term = (i: string, into: string) => {
      const here = at.map((coordinate, each) => (each === axis ? i : coordinate));
      add(into, loop(here, inner));
    };
    const length = shape[axis];
    if (isCut(parts)) {
      repeatPieces(writer, parts, length, declare, term, (part) => add(sum, part));
      return sum;
    }
    const pieces = piecesOf(length);
    if (pieces > 0) {
      writer.repeat(pieces, (block) => {
        const part = declare();
        writer.repeat(piece, (i) => term(`${block} * ${piece} + ${i}`, part));
        add(sum, part);
      });
    }
    if (pieces * piece < length) writer.repeat(length, (i) => term(i, sum), pieces * piece);
    return sum;
  };
  return writer.finish(result, threads, loop(threads.coordinates.slice(counts.length), axes));
}
