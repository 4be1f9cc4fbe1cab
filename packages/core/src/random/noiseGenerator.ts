import type { Key } from './key.js';

/**
 * Fills arrays with noise on the host. Element i of a fill is element `offset + i` of the key's stream, a pure
 * function of (key, offset + i): how a stream is cut into fills does not matter, and every generator writes the same
 * numbers, bit for bit.
 *
 * Each method throws VardropError `VARDROP_INVALID_OFFSET` if `offset` is not an integer in [0, 2^53) or the last index exceeds
 * 2^53 - 1. `out` stays the caller's.
 */
export interface NoiseGenerator {
  readonly name: 'wasm' | 'javascript';
  /** Random words: `x0 ^ x1` of the Threefry-2x32 block at counter `[floor(i / 2^32), i mod 2^32]`. */
  bits(key: Key, out: Uint32Array, offset?: number): void;
  /** Uniform in [0, 1): the upper 23 bits times 2^-23. */
  uniform(key: Key, out: Float32Array, offset?: number): void;
  /** Standard normal, by the inverse error function; of absolute value at most 5.42, see `normalFromBits`. */
  normal(key: Key, out: Float32Array, offset?: number): void;
}
