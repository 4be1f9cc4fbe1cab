import { elementCount } from '../program/shapes.js';
import { eachRow, type FixedShape, rowMajorStrides } from './layout.js';

/** Strides in the result of a reduction, one for each axis of the operand: 0 along the reduced axes. */
function reducedStrides(shape: FixedShape, axes: readonly number[]): number[] {
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  const kept = rowMajorStrides(shape.map((n, axis) => (reduced.has(axis) ? 1 : n)));
  return kept.map((stride, axis) => (reduced.has(axis) ? 0 : stride));
}

/** Sum of `values` over `axes` into the shape `result`. */
export function reduceSum(
  values: Float64Array,
  shape: FixedShape,
  axes: readonly number[],
  result: FixedShape,
): Float64Array {
  const out = new Float64Array(elementCount(result));
  eachRow(shape, reducedStrides(shape, axes), (start, to, length, stride) => {
    if (stride === 0) {
      let sum = 0;
      for (let i = start; i < start + length; i++) sum += values[i];
      out[to] += sum;
    } else {
      for (let i = 0; i < length; i++) out[to + i * stride] += values[start + i];
    }
  });
  return out;
}

/** Maximum of `values` over `axes` into the shape `result`; NaN if one of the values is NaN. */
export function reduceMax(
  values: Float64Array,
  shape: FixedShape,
  axes: readonly number[],
  result: FixedShape,
): Float64Array {
  const out = new Float64Array(elementCount(result)).fill(Number.NEGATIVE_INFINITY);
  eachRow(shape, reducedStrides(shape, axes), (start, to, length, stride) => {
    for (let i = 0; i < length; i++) out[to + i * stride] = Math.max(out[to + i * stride], values[start + i]);
  });
  return out;
}
