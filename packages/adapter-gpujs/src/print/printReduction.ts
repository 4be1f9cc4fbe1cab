import { type Node, type NodeId, type ReductionKernel, VardropError } from '@vardrop/core';
import type { GpujsMode } from '../loadGpu.js';
import { printElementwise } from './elementwise.js';
import type { KernelSource, ValueId } from './kernelSource.js';
import { broadcastStrides, indexAt, spreadThreads, stridesOf } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/** From this many elements on, a reduction to few results is done in two kernels, so that all threads have work. */
const parallel = 4096;

/**
 * A sum or maximum over axes. Sums are trees: each axis has a sum of its own, and a long one is cut into pieces, so
 * that errors grow with the depth rather than with the number of terms.
 *
 * @param between a value for what lies between two kernels
 */
export function printReduction(
  nodes: readonly Node[],
  kernel: ReductionKernel,
  between: () => ValueId,
  mode: GpujsMode,
): KernelSource[] {
  const node = nodes[kernel.reduction];
  if (node.op !== 'reduceSum' && node.op !== 'reduceMax') {
    throw new VardropError('VARDROP_PROGRAM', `[gpujs] reduction: got ${node.op}, needs reduceSum or reduceMax.`);
  }
  const shape = kernel.shape as readonly number[];
  const axes = [...node.axes].filter((axis) => shape[axis] > 1);
  const total = shape.reduce((product, length) => product * length, 1);
  const kept = shape.filter((_, axis) => !axes.includes(axis)).reduce((product, length) => product * length, 1);
  const evaluate = (writer: Writer, coordinates: readonly string[]) => {
    const readValue = (id: NodeId) =>
      writer.read(id, indexAt(coordinates, broadcastStrides(nodes[id].shape as readonly number[], shape)));
    const names = printElementwise(writer, nodes, kernel.prologue, readValue, indexAt(coordinates, stridesOf(shape)));
    const [operand] = node.operands;
    return names.get(operand) ?? printOperand(writer, nodes, operand, readValue);
  };
  if (axes.length < 2 || total < parallel || kept >= parallel) {
    return [reduce(mode, node.op, shape, axes, kernel.reduction, evaluate)];
  }
  // Rows first, one thread each; their number is that of the operand's elements without the last reduced axis.
  const last = axes[axes.length - 1];
  const rows = between();
  const rowShape = shape.map((length, axis) => (axis === last ? 1 : length));
  const readRow = (writer: Writer, coordinates: readonly string[]) =>
    writer.define(writer.read(rows, indexAt(coordinates, broadcastStrides(rowShape, rowShape))));
  return [
    reduce(mode, node.op, shape, [last], rows, evaluate),
    reduce(mode, node.op, rowShape, axes.slice(0, -1), kernel.reduction, readRow),
  ];
}

function printOperand(writer: Writer, nodes: readonly Node[], id: NodeId, readValue: (id: NodeId) => string): string {
  const node = nodes[id];
  return node.op === 'constant' && typeof node.value === 'number'
    ? writer.number(node.value)
    : writer.define(readValue(id));
}

/** Terms that are added up before their sum is added to the next. */
const piece = 64;

function reduce(
  mode: GpujsMode,
  op: 'reduceSum' | 'reduceMax',
  shape: readonly number[],
  axes: readonly number[],
  result: ValueId,
  evaluate: (writer: Writer, coordinates: readonly string[]) => string,
): KernelSource {
  const writer = createWriter(mode);
  const outShape = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const threads = spreadThreads(writer, outShape);
  const start = writer.number(op === 'reduceSum' ? 0 : -Infinity);
  const combine = (a: string, b: string) => (op === 'reduceSum' ? `${a} + ${b}` : `Math.max(${a}, ${b})`);

  const loop = (at: readonly string[], [axis, ...inner]: readonly number[]): string => {
    if (axis === undefined) return evaluate(writer, at);
    const sum = writer.fresh('s');
    writer.line(`let ${sum} = ${start};`);
    const turns = (from: number, to: number, into: string, offset: string) => {
      const i = writer.fresh('i');
      writer.line(`for (let ${i} = ${from}; ${i} < ${to}; ${i}++) {`);
      const here = at.map((coordinate, each) => (each === axis ? `${offset}${i}` : coordinate));
      const term = loop(here, inner);
      writer.line(`${into} = ${combine(into, term)};`);
      writer.line('}');
    };
    const length = shape[axis];
    const pieces = length > 2 * piece ? Math.floor(length / piece) : 0;
    if (pieces > 0) {
      const block = writer.fresh('i');
      writer.line(`for (let ${block} = 0; ${block} < ${pieces}; ${block}++) {`);
      const part = writer.fresh('s');
      writer.line(`let ${part} = ${start};`);
      turns(0, piece, part, `${block} * ${piece} + `);
      writer.line(`${sum} = ${combine(sum, part)};`);
      writer.line('}');
    }
    if (pieces * piece < length) turns(pieces * piece, length, sum, '');
    return sum;
  };
  return writer.finish(result, threads, loop(threads.coordinates, axes));
}
