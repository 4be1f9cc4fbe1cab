import { copyFloat32 } from './copyFloat32.js';
import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';
import { isFloat32Array } from './isFloat32Array.js';
import { elementCount, formatShape } from './program/shapes.js';
import type { TensorData } from './tensorData.js';

/**
 * A tensor from the caller, with its data as float32. Throws `VARDROP_STATE` unless it has a shape and as many values as the
 * shape needs, and what `toFloat32` throws, with the position in the tensor. `what` names the tensor.
 */
export function readTensor(what: string, tensor: TensorData<ArrayLike<number>>): TensorData {
  const shape: unknown = tensor?.shape;
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new VardropError('VARDROP_STATE', `${what}: got ${formatValue(tensor)}, needs { shape, data }.`);
  }
  const count = elementCount(shape);
  const own = isOwn(tensor);
  const data = own ? tensor.data : copyFloat32(what, tensor.data, (index) => placeIn(shape, index));
  if (data.length !== count) {
    throw new VardropError(
      'VARDROP_STATE',
      `${what}: got ${data.length} values, needs ${count} for its shape ${formatShape(shape)}. Pass shape and data as they were read.`,
    );
  }
  // A tensor that is already float32 is returned itself, so that it is shared and not copied.
  return own ? tensor : { shape, data };
}

/** The position of an element of a tensor, as row and column if it has these. */
function placeIn(shape: readonly number[], index: number): string {
  const columns = shape[shape.length - 1] ?? 1;
  return shape.length < 2 ? `at ${index}` : `in row ${Math.floor(index / columns)}, column ${index % columns}`;
}

/** Whether it is a Float32Array in memory that no other thread writes to. */
function isOwn(tensor: TensorData<ArrayLike<number>>): tensor is TensorData {
  const { data } = tensor;
  return isFloat32Array(data) && Object.prototype.toString.call(data.buffer) === '[object ArrayBuffer]';
}
