import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest, murmur128 } from '../../src/training/digest.js';

describe('murmur128', () => {
  // Made by Python's mmh3 (mmh3_x86_128_digest) of the words (2654435761 i + 12345) mod 2³², i < n, little-endian.
  const vectors: Readonly<Record<number, string>> = {
    0: '00000000 00000000 00000000 00000000',
    1: 'a3f022d5 d6cd4ac3 d6cd4ac3 d6cd4ac3',
    2: '9d50a738 191b96ec 2a31a940 2a31a940',
    3: 'c228ffc1 210a0ad6 4e305c27 6e3cac23',
    4: '2c332ba3 9399298f 100c0f40 de312b5b',
    5: 'f7e91031 0a297eec 96c38203 3bd49543',
    8: '8aef7998 63389876 89d3c380 80938fee',
    11: 'f1f46691 a5200be6 efb9e86c f3e105b2',
  };
  it.each(Object.entries(vectors))('of %s words is what others make of them', (count, expected) => {
    const words = Int32Array.from({ length: Number(count) }, (_, i) => Math.imul(i, 2654435761) + 12345);
    expect([...murmur128(words)].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected);
  });
});

describe('digest', () => {
  const numbers = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 40 });

  it('is the same for the same numbers, in any kind of list', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const float32 = Float32Array.from(values);
        const expected = digest([float32, [1, 2]]);
        expect(expected).toMatch(/^[0-9a-f]{32}$/);
        for (const same of [
          Array.from(float32),
          Float64Array.from(float32),
          new Float32Array([9, ...float32]).subarray(1),
        ]) {
          expect(digest([same, Uint8Array.of(1, 2)])).toBe(expected);
        }
      }),
    );
  });

  it('is another one after any change of a number, of the order and of where a list ends', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), fc.integer({ min: 0, max: 31 }), (values, at, bit) => {
        const list = Float32Array.from(values);
        const before = digest([list, [3]]);
        const i = at % list.length;
        const changed = list.slice();
        new Int32Array(changed.buffer)[i] ^= 1 << bit;
        expect(digest([changed, [3]])).not.toBe(before);
        const turned = list.slice().reverse();
        if (turned.join() !== list.join()) expect(digest([turned, [3]])).not.toBe(before);
        expect(digest([list.subarray(0, list.length - 1), [list[list.length - 1], 3]])).not.toBe(before);
      }),
    );
  });

  it('sees changes anywhere in long lists that are not float32', () => {
    const long = Array.from({ length: 10_000 }, (_, i) => i % 7);
    const before = digest([long]);
    for (const i of [0, 4095, 4096, 8191, 8192, 9999]) {
      expect(digest([long.map((value, j) => (i === j ? value + 1 : value))])).not.toBe(before);
    }
  });
});
