import { checkSize } from './checkSize.js';
import { hostGenerator } from './hostGenerator.js';
import type { Key } from './key.js';

/**
 * Elements `offset` to `offset + size - 1` of the key's stream of uniform numbers in [0, 1), multiples of 2^-23. Equal
 * to `jax.random.uniform(key, [size])` at offset 0.
 *
 * @returns a new array of `size` numbers
 * @throws VardropError `VARDROP_INVALID_SIZE`, `VARDROP_INVALID_OFFSET`
 */
export function uniform(key: Key, size: number, offset = 0): Float32Array<ArrayBuffer> {
  checkSize('uniform', size);
  const out = new Float32Array(size);
  hostGenerator().uniform(key, out, offset);
  return out;
}
