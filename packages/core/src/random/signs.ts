import { bernoulli } from './bernoulli.js';
import type { Key } from './key.js';

/**
 * Random signs, exactly +1 or -1, each with probability one half: +1 where the key's uniform number is below one half.
 * Equal to `jax.random.rademacher`.
 *
 * @returns a new array of `size` numbers
 * @throws VardropError `VARDROP_INVALID_SIZE`, `VARDROP_INVALID_OFFSET`
 */
export function signs(key: Key, size: number, offset = 0): Float32Array<ArrayBuffer> {
  const out = bernoulli(key, 0.5, size, offset);
  for (let i = 0; i < size; i++) out[i] = 2 * out[i] - 1;
  return out;
}
