import type { BoundShape } from '../program/program.js';
import { elementCount } from '../program/shapes.js';

/** A shape in which every axis is a number. */
export type FixedShape = BoundShape;

/** The distance between neighbours along each axis in row-major order. */
export function rowMajorStrides(shape: FixedShape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Strides that read a tensor of `shape` broadcast to `result`: 0 along axes that repeat. */
export function broadcastStrides(shape: FixedShape, result: FixedShape): number[] {
  const own = rowMajorStrides(shape);
  const missing = result.length - shape.length;
  return result.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : own[axis - missing]));
}

/**
 * Walks `shape` in row-major order, one row at a time. `visit(start, other, length, stride)` gets the row's first index
 * in row-major order, the position of that element under `strides`, and the row's length and stride there. Neighbouring
 * axes that are contiguous under `strides` too are merged into one.
 */
export function eachRow(
  shape: FixedShape,
  strides: readonly number[],
  visit: (start: number, other: number, length: number, stride: number) => void,
): void {
  const lengths: number[] = [];
  const steps: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 0) return;
    if (shape[axis] === 1) continue;
    const last = lengths.length - 1;
    if (last >= 0 && steps[last] === strides[axis] * shape[axis]) {
      lengths[last] *= shape[axis];
      steps[last] = strides[axis];
    } else {
      lengths.push(shape[axis]);
      steps.push(strides[axis]);
    }
  }
  const length = lengths.pop() ?? 1;
  const stride = steps.pop() ?? 1;
  const rows = elementCount(lengths);
  const index = new Array<number>(lengths.length).fill(0);
  let other = 0;
  for (let row = 0; row < rows; row++) {
    visit(row * length, other, length, stride);
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      other += steps[axis];
      if (++index[axis] < lengths[axis]) break;
      other -= steps[axis] * lengths[axis];
      index[axis] = 0;
    }
  }
}

/** Reads `values` through `strides` into a new row-major array of `shape`. */
export function gather(values: Float64Array, shape: FixedShape, strides: readonly number[]): Float64Array {
  const result = new Float64Array(elementCount(shape));
  eachRow(shape, strides, (start, from, length, stride) => {
    if (stride === 0) result.fill(values[from], start, start + length);
    else if (stride === 1) result.set(values.subarray(from, from + length), start);
    else for (let i = 0; i < length; i++) result[start + i] = values[from + i * stride];
  });
  return result;
}
