import { VardropError } from '../errors.js';
import type { Key } from './key.js';
import { threefry2x32 } from './threefry2x32.js';

/**
 * A key of its own for each `data` (a step, a layer, a sample), independent of the other keys derived from `key`:
 * `threefry2x32(key, [0, data])`, as in `jax.random.fold_in`.
 *
 * @param data an integer from 0 to 2^32 - 1
 * @throws VardropError `VARDROP_INVALID_FOLD` for anything else
 */
export function foldIn(key: Key, data: number): Key {
  if (!Number.isInteger(data) || data < 0 || data > 0xffffffff) {
    throw new VardropError(
      'VARDROP_INVALID_FOLD',
      `[random] foldIn: data is ${String(data)}, needs an integer from 0 to 2^32 - 1. Number the streams from 0.`,
    );
  }
  return threefry2x32(key, [0, data]);
}
