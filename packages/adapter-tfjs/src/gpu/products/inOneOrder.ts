import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../../device/device.js';

/** Rows, columns and length of the sums of a matrix product. */
export interface ProductSize {
  readonly rows: number;
  readonly columns: number;
  readonly length: number;
}

/** Of tfjs's flag: the product for few rows and columns, each sum in one thread. */
const smallOutput = 2;
const flag = 'WEBGPU_MATMUL_PROGRAM_TYPE';

/**
 * Calls a kernel that multiplies matrices such that equal operands have equal products. For long sums and few results
 * tfjs's webgpu backend would share a sum out among threads and add up in whichever order they end; tfjs's flag for the
 * choice of the product is set for this call alone.
 */
export function inOneOrder(
  { name, tf }: Device,
  { rows, columns, length }: ProductSize,
  call: () => TensorInfo,
): TensorInfo {
  // tfjs's conditions, the widest of them: a sum of 2000 terms, at most 16 tiles of 32 x 32, more than 128 results.
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
