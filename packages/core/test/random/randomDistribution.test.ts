import { describe, expect, it } from 'vitest';
import { foldIn, hostGenerator, key, normal, uniform } from '../../src/random/index.js';

// Seeds are fixed, so these laws never flake. Thresholds are those of a false-alarm rate of 1e-9, two-sided.
const size = 1_000_000;
const normalQuantile = 6.11;

function meanOf(size: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += term(i);
  return sum / size;
}

describe('a million normals', () => {
  const draws = normal(key(2015), size);

  // E z^k, and the variance of z^k: E z^2k - (E z^k)^2. The mean sees a shift of 0.0062, the second moment a
  // variance off by 0.9 %, the fourth a kurtosis off by 0.06.
  it.each([
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
    [6, 15, 10_170],
  ])('have moment %d equal to %d within its sampling error', (power, expected, variance) => {
    const moment = meanOf(size, (i) => draws[i] ** power);
    expect(Math.abs(moment - expected)).toBeLessThan(normalQuantile * Math.sqrt(variance / size));
  });

  // Two-sided probabilities of the normal distribution. Beyond 3 it sees a share off by 12 %, beyond 4
  // by 77 %.
  it.each([
    [1, 0.31731050786],
    [2, 0.0455002639],
    [3, 0.00269979606],
    [4, 0.00006334248],
  ])('lie beyond %d standard deviations as often as they should', (bound, probability) => {
    const share = meanOf(size, (i) => (Math.abs(draws[i]) > bound ? 1 : 0));
    const deviation = Math.sqrt((probability * (1 - probability)) / size);
    expect(Math.abs(share - probability)).toBeLessThan(normalQuantile * deviation);
  });
});

describe('a million uniforms', () => {
  it('are uniform: Kolmogorov and Smirnov, which sees a distribution function off by 0.0033', () => {
    const sorted = uniform(key(2015), size).sort();
    let distance = 0;
    for (let i = 0; i < size; i++) {
      distance = Math.max(distance, (i + 1) / size - sorted[i], sorted[i] - i / size);
    }
    // P(√n D > t) = 2 exp(-2 t²) is 1e-9 at t = 3.28.
    expect(distance).toBeLessThan(3.28 / Math.sqrt(size));
  });
});

describe('a million words', () => {
  it('have each bit set half of the time', () => {
    const words = new Uint32Array(size);
    hostGenerator().bits(key(2015), words);
    for (let bit = 0; bit < 32; bit++) {
      const share = meanOf(size, (i) => (words[i] >>> bit) & 1);
      // 6.65: 1e-9 shared among 32 bits.
      expect(Math.abs(share - 0.5), `bit ${bit}`).toBeLessThan((6.65 * 0.5) / Math.sqrt(size));
    }
  });
});

describe('streams are independent', () => {
  const root = key(2015);
  const pairs: [string, Float32Array, Float32Array][] = [
    ['neighbouring seeds', normal(key(7), size), normal(key(8), size)],
    ['neighbouring children of a key', normal(foldIn(root, 0), size), normal(foldIn(root, 1), size)],
    ['a key and its child', normal(root, size), normal(foldIn(root, 0), size)],
    [
      '(step, layer) and (layer, step)',
      normal(foldIn(foldIn(root, 1), 2), size),
      normal(foldIn(foldIn(root, 2), 1), size),
    ],
    ['neighbouring elements', normal(root, size), normal(root, size, 1)],
    ['elements 2^32 apart', normal(root, size), normal(root, size, 2 ** 32)],
  ];

  // For independent normals the mean of xy has variance 1 / size, that of (x² - 1)(y² - 1) 4 / size. It sees a
  // correlation of 0.0062.
  it.each(pairs)('%s', (_, x, y) => {
    const product = meanOf(size, (i) => x[i] * y[i]);
    expect(Math.abs(product)).toBeLessThan(normalQuantile / Math.sqrt(size));
    const squares = meanOf(size, (i) => (x[i] ** 2 - 1) * (y[i] ** 2 - 1));
    expect(Math.abs(squares)).toBeLessThan(normalQuantile * Math.sqrt(4 / size));
  });
});
