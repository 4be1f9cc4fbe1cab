import { describe, expect, it } from 'vitest';
import { bernoulli, foldIn, key, normal, permutation, signs, uniform } from '../../src/random/index.js';

describe('uniform and normal', () => {
  it('return elements offset to offset + size - 1 of the stream', () => {
    expect(uniform(key(3), 5, 2)).toEqual(uniform(key(3), 7).subarray(2));
    expect(normal(key(3), 5, 2)).toEqual(normal(key(3), 7).subarray(2));
    expect(uniform(key(3), 0)).toHaveLength(0);
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('refuse the size %d', (size) => {
    const refused = expect.objectContaining({ code: 'VARDROP_INVALID_SIZE' });
    expect(() => uniform(key(0), size)).toThrow(refused);
    expect(() => normal(key(0), size)).toThrow(refused);
    expect(() => permutation(key(0), size)).toThrow(refused);
  });
});

describe('bernoulli', () => {
  it('is 1 where the uniform number is below the probability', () => {
    const draws = uniform(key(8), 1000, 40);
    expect(bernoulli(key(8), 0.3, 1000, 40)).toEqual(draws.map((u) => (u < 0.3 ? 1 : 0)));
  });

  it('is all 0 or all 1 at the ends', () => {
    expect(new Set(bernoulli(key(8), 0, 10_000))).toEqual(new Set([0]));
    expect(new Set(bernoulli(key(8), 1, 10_000))).toEqual(new Set([1]));
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses the probability %d', (probability) => {
    expect(() => bernoulli(key(0), probability, 3)).toThrow(
      expect.objectContaining({ code: 'VARDROP_INVALID_PROBABILITY' }),
    );
  });
});

describe('signs', () => {
  it('are exactly 1 or -1, as many of each as chance allows', () => {
    const size = 1_000_000;
    const drawn = signs(key(11), size);
    expect(new Set(drawn)).toEqual(new Set([1, -1]));
    const sum = drawn.reduce((total, sign) => total + sign, 0);
    expect(Math.abs(sum)).toBeLessThan(6.11 * Math.sqrt(size)); // false alarm 1e-9
  });
});

describe('permutation', () => {
  it.each([0, 1, 2, 1024, 1025, 60_000])('holds each of %d indices once', (size) => {
    const sorted = permutation(key(4), size).sort();
    expect(sorted).toEqual(Uint32Array.from({ length: size }, (_, i) => i));
  });

  it('depends on the key alone', () => {
    expect(permutation(key(4), 100)).toEqual(permutation(key(4), 100));
    expect(permutation(key(4), 100)).not.toEqual(permutation(key(5), 100));
  });

  it('gives each of the 24 orders of 4 equally often', () => {
    const trials = 48_000;
    const counts = new Map<string, number>();
    for (let trial = 0; trial < trials; trial++) {
      const order = permutation(foldIn(key(6), trial), 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    let chiSquare = 0;
    for (const count of counts.values()) chiSquare += (count - trials / 24) ** 2 / (trials / 24);
    // Quantile 1 - 1e-9 of chi-square with 23 degrees of freedom.
    expect(chiSquare).toBeLessThan(89.12);
  });
});
