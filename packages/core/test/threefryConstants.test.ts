import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as random from '../src/random/index.js';

/** Threefry as the docstring of `threefryConstants` puts it. */
function fromConstants(key: random.Key, counter: readonly [number, number]): random.Key {
  const { parity, groups, rotations } = random.threefryConstants;
  const keys = [key[0], key[1], key[0] ^ key[1] ^ parity];
  let x0 = (counter[0] + keys[0]) | 0;
  let x1 = (counter[1] + keys[1]) | 0;
  for (let group = 0; group < groups; group++) {
    for (const rotation of rotations[group % 2]) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + keys[(group + 1) % 3]) | 0;
    x1 = (x1 + keys[(group + 2) % 3] + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

it('says what threefry2x32 does', () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(
    fc.property(fc.tuple(word, word), fc.tuple(word, word), (key, counter) => {
      expect(fromConstants(key, counter)).toEqual(random.threefry2x32(key, counter));
    }),
    { numRuns: 200, seed: 1 },
  );
});
