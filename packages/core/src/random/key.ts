import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';

/** Names one stream of noise: two uint32 words. Every stream is a pure function of its key. */
export type Key = readonly [number, number];

/**
 * The key of a seed: `[floor(seed / 2^32), seed mod 2^32]`, as in `jax.random.key`. For seeds of 2^32 and more JAX needs
 * `jax_enable_x64`; otherwise it takes 32-bit seeds only.
 *
 * @param seed a non-negative safe integer
 * @throws VardropError `VARDROP_INVALID_SEED` for anything else
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new VardropError(
      'VARDROP_INVALID_SEED',
      `[random] seed: got ${formatValue(seed)}, needs an integer from 0 to 2^53 - 1. Pass one, such as 42.`,
    );
  }
  return [Math.floor(seed / 2 ** 32), seed >>> 0];
}
