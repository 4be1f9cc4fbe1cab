import { checkSize } from './checkSize.js';
import { hostGenerator } from './hostGenerator.js';
import type { Key } from './key.js';

/**
 * Elements `offset` to `offset + size - 1` of the key's stream of standard normal numbers. Equal to
 * `jax.random.normal(key, [size])` at offset 0, up to a few units in the last place.
 *
 * @returns a new array of `size` numbers
 * @throws VardropError `VARDROP_INVALID_SIZE`, `VARDROP_INVALID_OFFSET`
 */
export function normal(key: Key, size: number, offset = 0): Float32Array<ArrayBuffer> {
  checkSize('normal', size);
  const out = new Float32Array(size);
  hostGenerator().normal(key, out, offset);
  return out;
}
