import { describe, expect, it } from 'vitest';
import { firstNonFinite } from '../src/firstNonFinite.js';

describe('firstNonFinite', () => {
  it('finds nothing among finite numbers, the largest, the smallest and negative zero among them', () => {
    for (let length = 0; length < 10; length++) {
      const extremes = [3.4028234663852886e38, -3.4028234663852886e38, 1e-45, -0, 1];
      expect(firstNonFinite(Float32Array.from({ length }, (_, i) => extremes[i % extremes.length]))).toBe(-1);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'finds the first of %d wherever it is',
    (bad) => {
      for (let length = 1; length < 10; length++) {
        for (let first = 0; first < length; first++) {
          const values = new Float32Array(length).fill(2);
          values[first] = bad;
          // A later one of another sign, which an infinity must not cancel.
          if (first + 1 < length) values[length - 1] = -bad;
          expect(firstNonFinite(values)).toBe(first);
        }
      }
    },
  );
});
