import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../src/data/digestOf.js';

/** Data whose images are so many values of a larger buffer. */
function dataOf(values: number, offset = 0) {
  const images = new Float32Array(new ArrayBuffer(4 * (values + offset)), 4 * offset, values);
  const split = (count: number) => ({ images: images.subarray(0, count), labels: Uint8Array.of(1, 2, 3), count: 3 });
  const { images: all, labels } = split(values);
  const test = split(Math.min(7, values));
  return { images, data: [all, labels, test.images, test.labels] };
}

describe('the digest of data', () => {
  test('is that of their bytes, however many pieces they are hashed in', async () => {
    const aPiece = (64 * 2 ** 20) / 4;
    const lengths = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: aPiece - 2, max: aPiece + 2 }));
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 0, max: 3 }), async (values, offset) => {
        const { images, data } = dataOf(values, offset);
        for (const at of [0, values >> 1, values - 1]) images[at] = at + 1;
        const hash = createHash('sha256');
        for (const array of data) hash.update(array);
        expect(await digestOf(data)).toBe(hash.digest('hex').slice(0, 16));
      }),
      { numRuns: 6 },
    );
  });

  test('is there for more than 2 GiB', { timeout: 120_000 }, async () => {
    expect(await digestOf(dataOf(2 ** 29 + 1).data)).toMatch(/^[0-9a-f]{16}$/);
  });
});
