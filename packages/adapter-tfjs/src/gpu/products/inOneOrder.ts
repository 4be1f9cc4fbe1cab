import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../../device/device.js';

/** Rows, columns and length of the sums of a matrix product. */
export interface ProductSize {
  readonly rows: number;
  readonly columns: number;
  readonly length: number;
}

/**
 * The value of tfjs's flag that selects the product for few rows and columns. That product computes each sum in one
 * thread.
 */
const smallOutput = 2;
const flag = 'WEBGPU_MATMUL_PROGRAM_TYPE';

/**
 * Calls a kernel that multiplies matrices so that equal operands give equal products. For long sums and few results
 * tfjs's webgpu backend would share a sum among threads and add up the parts in the order in which the threads end.
 * tfjs's flag that selects the kind of product is set for this call only.
 */
export function inOneOrder(
  { name, tf }: Device,
  { rows, columns, length }: ProductSize,
  call: () => TensorInfo,
): TensorInfo {
  // The widest of tfjs's conditions: a sum of 2000 terms, at most 16 tiles of 32 x 32, more than 128 results.
  const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32);
  if (name !== 'webgpu' || length < 2000 || tiles > 16 || rows * columns <= 128) return call();
  const before = tf.env().getNumber(flag);
  tf.env().set(flag, smallOutput);
  try {
    return call();
  } finally {
    tf.env().set(flag, before);
  }
}
