import type { NodeOf } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import { broadcastStrides, eachRow, type FixedShape, gather, rowMajorStrides } from './layout.js';

/** Axis i of the result is axis `permutation[i]` of the operand. */
export function transpose(values: Float64Array, shape: FixedShape, permutation: readonly number[]): Float64Array {
  const strides = rowMajorStrides(shape);
  const axes = permutation.map((axis) => (axis < 0 ? axis + shape.length : axis));
  return gather(
    values,
    axes.map((axis) => shape[axis]),
    axes.map((axis) => strides[axis]),
  );
}

/** NumPy broadcasting of a tensor of `shape` to the shape `result`. */
export function broadcast(values: Float64Array, shape: FixedShape, result: FixedShape): Float64Array {
  return gather(values, result, broadcastStrides(shape, result));
}

/**
 * The rows of a table `[rows, …]` with these numbers, in the order of the numbers. A number that is not a row's number
 * gives zeros.
 */
export function gatherRows([table, indices]: readonly Float64Array[], [rows, ...rest]: FixedShape): Float64Array {
  const size = rest.reduce((product, n) => product * n, 1);
  const out = new Float64Array(indices.length * size);
  indices.forEach((index, i) => {
    if (isRow(index, rows)) out.set(table.subarray(index * size, (index + 1) * size), i * size);
  });
  return out;
}

/** Adds up the rows of dy with the same number, for a table of shape `result`. */
export function addRows([indices, dy]: readonly Float64Array[], [rows, ...rest]: FixedShape): Float64Array {
  const size = rest.reduce((product, n) => product * n, 1);
  const out = new Float64Array(rows * size);
  indices.forEach((index, i) => {
    if (isRow(index, rows)) for (let j = 0; j < size; j++) out[index * size + j] += dy[i * size + j];
  });
  return out;
}

/** Whether a number is the number of a row. */
function isRow(index: number, rows: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < rows;
}

/** Joins values along an axis. */
export function concatenate(
  operands: readonly Float64Array[],
  shapes: readonly FixedShape[],
  axis: number,
  result: FixedShape,
): Float64Array {
  const out = new Float64Array(elementCount(result));
  const pitch = elementCount(result.slice(axis));
  let start = 0;
  operands.forEach((values, i) => {
    const size = elementCount(shapes[i].slice(axis));
    for (let row = 0; row * size < values.length; row++) {
      out.set(values.subarray(row * size, (row + 1) * size), start + row * pitch);
    }
    start += size;
  });
  return out;
}

/** Elements `starts + j · steps` along each axis. */
export function slice(
  values: Float64Array,
  shape: FixedShape,
  starts: readonly number[],
  steps: readonly number[],
  result: FixedShape,
): Float64Array {
  const strides = rowMajorStrides(shape);
  const origin = starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  const out = new Float64Array(elementCount(result));
  eachRow(
    result,
    steps.map((step, axis) => step * strides[axis]),
    (start, from, length, stride) => {
      for (let i = 0; i < length; i++) out[start + i] = values[origin + from + i * stride];
    },
  );
  return out;
}

/** Adds elements around a tensor of `shape` and between its elements. */
export function pad(
  values: Float64Array,
  shape: FixedShape,
  { value, before, interior }: NodeOf<'pad'>,
  result: FixedShape,
): Float64Array {
  const strides = rowMajorStrides(result);
  const origin = before.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  const out = new Float64Array(elementCount(result)).fill(value);
  eachRow(
    shape,
    interior.map((between, axis) => (between + 1) * strides[axis]),
    (start, to, length, stride) => {
      for (let i = 0; i < length; i++) out[origin + to + i * stride] = values[start + i];
    },
  );
  return out;
}
