import type { Key } from './key.js';
import { threefryBlocks } from './threefryBlocks.js';

const first = new Uint32Array(1);
const second = new Uint32Array(1);

/**
 * The block function Threefry-2x32-20 of Random123: encrypts `counter` under `key` to two uint32 words. Source: Salmon, Moraes,
 * Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
 *
 * @param counter two uint32 words, high word first
 */
export function threefry2x32(key: Key, counter: readonly [number, number]): Key {
  threefryBlocks(key[0], key[1], counter[0], counter[1], first, second, 1);
  return [first[0], second[0]];
}
