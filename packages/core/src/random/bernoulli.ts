import { VardropError } from '../errors.js';
import type { Key } from './key.js';
import { uniform } from './uniform.js';

/**
 * A mask that is 1 with the given probability, else 0: 1 where the key's uniform number is below `probability`. The uniform
 * numbers are multiples of 2^-23, so the probability is rounded up to such a multiple. Equal to `jax.random.bernoulli`.
 *
 * @param probability of a 1, in [0, 1]; exact at both ends
 * @returns a new array of `size` numbers
 * @throws VardropError `VARDROP_INVALID_PROBABILITY`, `VARDROP_INVALID_SIZE`, `VARDROP_INVALID_OFFSET`
 */
export function bernoulli(key: Key, probability: number, size: number, offset = 0): Float32Array<ArrayBuffer> {
  if (!(probability >= 0 && probability <= 1)) {
    throw new VardropError(
      'VARDROP_INVALID_PROBABILITY',
      `[random] bernoulli: probability is ${String(probability)}, needs a number from 0 to 1. ` +
        'Pass the share of ones, not a percentage.',
    );
  }
  const mask = uniform(key, size, offset);
  for (let i = 0; i < size; i++) mask[i] = mask[i] < probability ? 1 : 0;
  return mask;
}
