import { broadcastStrides, type FixedShape, gather, rowMajorStrides } from './layout.js';

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
