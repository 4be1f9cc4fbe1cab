import { type BoundNode, type BoundShape, elementCount, type NodeId, type NodeOf } from '@vardrop/core/program';
import type { GpujsMode } from '../gpujs/mode.js';
import type { KernelSource, ValueId } from './kernelSource.js';
import { indexAt, mergeAxes, spreadThreads, stridesOf } from './threads.js';
import { printWindowPosition } from './windows.js';
import { createWriter } from './writer.js';

const shapeOf = (nodes: readonly BoundNode[], id: NodeId) => nodes[id].shape;

/** A transpose: threads over the result, in its order. */
export function printTranspose(
  nodes: readonly BoundNode[],
  result: NodeId,
  { permutation, operands: [operand] }: NodeOf<'transpose', BoundShape>,
  mode: GpujsMode,
): KernelSource {
  const from = stridesOf(shapeOf(nodes, operand));
  const strides = permutation.map((axis) => from[axis]);
  return printStrided(operand, 0, strides, result, shapeOf(nodes, result), mode);
}

/** A slice: a transpose that starts at another element, and may go backwards. */
export function printSlice(
  nodes: readonly BoundNode[],
  result: NodeId,
  { starts, steps, operands: [operand] }: NodeOf<'slice', BoundShape>,
  mode: GpujsMode,
): KernelSource {
  const from = stridesOf(shapeOf(nodes, operand));
  const origin = starts.reduce((sum, start, axis) => sum + start * from[axis], 0);
  const strides = steps.map((step, axis) => step * from[axis]);
  return printStrided(operand, origin, strides, result, shapeOf(nodes, result), mode);
}

/** Each element of a result of `shape` from where strides lead to, from an origin on. */
function printStrided(
  operand: ValueId,
  origin: number,
  strides: readonly number[],
  result: ValueId,
  shape: readonly number[],
  mode: GpujsMode,
): KernelSource {
  const merged = mergeAxes(shape, [stridesOf(shape), strides]);
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, merged.shape);
  const along = (sign: number) =>
    indexAt(
      threads.coordinates,
      merged.strides[1].map((step) => Math.max(sign * step, 0)),
    );
  const [forwards, backwards] = [along(1), along(-1)];
  // gpu.js takes a sum of two literals for a float, which is no index.
  const start = [forwards, `${origin}`].filter((term) => term !== '0').join(' + ') || '0';
  const index = backwards === '0' ? start : `${start} - (${backwards})`;
  return writer.finish(result, threads, writer.read(operand, index));
}

/** A part of a concatenation: a value and its length along the axis. */
interface Part {
  readonly value: ValueId;
  readonly length: number;
}

/**
 * Values one behind the other: threads over the result, which find the value that theirs is from by halves.
 *
 * @param between a value for what lies between two kernels
 * @param mostInputs of a kernel; what is made of more values takes several
 */
export function printConcatenate(
  nodes: readonly BoundNode[],
  result: NodeId,
  { axis, operands }: NodeOf<'concatenate', BoundShape>,
  between: () => ValueId,
  mode: GpujsMode,
  mostInputs: number,
): KernelSource[] {
  const shape = shapeOf(nodes, result);
  const [outer, inner] = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis + 1))];
  const kernels: KernelSource[] = [];
  let parts = operands.map((value): Part => ({ value, length: shapeOf(nodes, value)[axis] }));
  while (parts.length > mostInputs) {
    const groups = Array.from({ length: Math.ceil(parts.length / mostInputs) }, (_, i) =>
      parts.slice(i * mostInputs, (i + 1) * mostInputs),
    );
    parts = groups.map((group) => {
      if (group.length === 1) return group[0];
      const value = between();
      kernels.push(printParts(group, outer, inner, value, mode));
      return { value, length: group.reduce((sum, { length }) => sum + length, 0) };
    });
  }
  return [...kernels, printParts(parts, outer, inner, result, mode)];
}

function printParts(
  parts: readonly Part[],
  outer: number,
  inner: number,
  result: ValueId,
  mode: GpujsMode,
): KernelSource {
  const writer = createWriter(mode);
  let total = 0;
  const starts = parts.map(({ length }) => {
    total += length;
    return total - length;
  });
  const threads = spreadThreads(writer, [outer, total, inner]);
  const at = threads.coordinates[1];
  writer.line(`let found = ${writer.number(0)};`);
  const find = (from: number, to: number): void => {
    if (to - from === 1) {
      const { value, length } = parts[from];
      const before = starts[from] * inner;
      const index = indexAt(threads.coordinates, [length * inner, inner, 1]);
      writer.line(`found = ${writer.read(value, before === 0 ? index : `${index} - ${before}`)};`);
      return;
    }
    const middle = (from + to) >> 1;
    writer.line(`if (${at} < ${writer.number(starts[middle])}) {`);
    find(from, middle);
    writer.line('} else {');
    find(middle, to);
    writer.line('}');
  };
  find(0, parts.length);
  return writer.finish(result, threads, 'found');
}

/** An axis of a padding, or several that run on. */
interface PaddedAxis {
  /** Elements of the result. */
  readonly length: number;
  /** Elements of the operand. */
  readonly from: number;
  readonly before: number;
  /** From one element of the operand to the next. */
  readonly step: number;
}

/** Numbers around a value and between its elements: threads over the result. */
export function printPad(
  nodes: readonly BoundNode[],
  result: NodeId,
  { value, before, interior, operands: [operand] }: NodeOf<'pad', BoundShape>,
  mode: GpujsMode,
): KernelSource {
  const [shape, from] = [shapeOf(nodes, result), shapeOf(nodes, operand)];
  const axes: PaddedAxis[] = [];
  shape.forEach((length, axis) => {
    const last = axes[axes.length - 1];
    if (length === from[axis] && last?.length === last?.from && last) {
      axes[axes.length - 1] = { ...last, length: last.length * length, from: last.from * length };
    } else axes.push({ length, from: from[axis], before: before[axis], step: interior[axis] + 1 });
  });
  const writer = createWriter(mode);
  const threads = spreadThreads(
    writer,
    axes.map(({ length }) => length),
  );
  const conditions: string[] = [];
  const place = axes.map(({ length, from: count, before: first, step }, axis) => {
    const coordinate = threads.coordinates[axis];
    if (length === count) return coordinate;
    const { position, valid } = printWindowPosition(writer, coordinate, writer.number(0), -first, step);
    conditions.push(valid(count));
    return position;
  });
  const own = writer.read(operand, indexAt(place, stridesOf(axes.map(({ from: count }) => count))));
  if (conditions.length === 0) return writer.finish(result, threads, own);
  writer.line(`let found = ${writer.number(value)};`);
  writer.line(`if (${conditions.join(' && ')}) {`);
  writer.line(`found = ${own};`);
  writer.line('}');
  return writer.finish(result, threads, 'found');
}
