import { describe, expect, it } from 'vitest';
import { fewestForInterval, medianInterval } from '../src/statistics/medianInterval.js';
import { pairedDifference } from '../src/statistics/pairedDifference.js';
import { studentQuantile } from '../src/statistics/studentQuantile.js';
import { summarize } from '../src/statistics/summarize.js';

describe('medianInterval', () => {
  // Ranks of the lower end as tables of the binomial distribution have them (scipy.stats.binom.ppf(0.025, n, 0.5), 1.17).
  it.each([
    [6, 1],
    [8, 1],
    [9, 2],
    [11, 2],
    [12, 3],
    [20, 6],
    [50, 18],
    [100, 40],
  ])('of %i values begins at the %i. smallest', (count, rank) => {
    const values = Array.from({ length: count }, (_, i) => ((i * 7) % count) + 1);
    const distinct = new Set(values).size === count ? values : values.map((_, i) => count - i);
    expect(medianInterval(distinct)).toEqual({ low: rank, high: count + 1 - rank });
  });

  it('needs six values', () => {
    expect(fewestForInterval).toBe(6);
    for (let count = 0; count < 6; count++)
      expect(medianInterval(Array.from({ length: count }, () => 1))).toBeUndefined();
  });
});

describe('studentQuantile', () => {
  // Two-sided quantiles at 95 % as every table has them, to its four decimals.
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [5, 2.5706],
    [9, 2.2622],
    [10, 2.2281],
    [30, 2.0423],
    [120, 1.9799],
  ])('has the tabulated value for %i degrees of freedom', (degrees, value) => {
    expect(Math.abs(studentQuantile(degrees) - value)).toBeLessThanOrEqual(0.5e-4);
  });

  it('has the tabulated values at 99 % too', () => {
    expect(Math.abs(studentQuantile(4, 0.99) - 4.6041)).toBeLessThanOrEqual(0.5e-4);
    expect(Math.abs(studentQuantile(7, 0.99) - 3.4995)).toBeLessThanOrEqual(0.5e-4);
  });

  it('is exact where there is a closed form', () => {
    // ν = 1: tan(π level / 2); ν = 2: level √(2 / (1 − level²)).
    expect(studentQuantile(1, 0.9)).toBeCloseTo(Math.tan(0.45 * Math.PI), 12);
    expect(studentQuantile(2, 0.9)).toBeCloseTo(0.9 * Math.sqrt(2 / 0.19), 12);
  });

  it.each([
    [0, 0.95],
    [1.5, 0.95],
    [3, 0],
    [3, 1],
    [3, Number.NaN],
  ])('refuses %d degrees at level %d', (degrees, level) => {
    expect(() => studentQuantile(degrees, level)).toThrow(expect.objectContaining({ code: 'VARDROP_OPTION' }));
  });
});

describe('summarize', () => {
  it('has no spread for a single measurement', () => {
    expect(summarize([3])).toEqual({ count: 1, mean: 3 });
  });

  it('refuses no measurements', () => {
    expect(() => summarize([])).toThrow(expect.objectContaining({ code: 'VARDROP_EMPTY' }));
  });
});

describe('pairedDifference', () => {
  // Student's own example (1908): hours of sleep that two drugs gave ten patients. R's t.test(paired = TRUE) has a mean
  // difference of −1.58 and the interval −2.4598858 to −0.7001142.
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  const bySeed = (values: readonly number[]) => new Map(values.map((value, seed) => [seed, value]));

  it('has the interval of the published example', () => {
    const difference = pairedDifference(bySeed(first), bySeed(second));
    expect(difference?.mean).toBeCloseTo(-1.58, 12);
    expect(difference?.interval?.[0]).toBeCloseTo(-2.4598858, 6);
    expect(difference?.interval?.[1]).toBeCloseTo(-0.7001142, 6);
    expect(difference?.verdict).toBe('lower');
    expect(pairedDifference(bySeed(second), bySeed(first))?.verdict).toBe('higher');
  });

  it('calls an interval that holds 0 no difference', () => {
    const difference = pairedDifference(bySeed([1, 2, 3]), bySeed([2, 2, 2]));
    expect(difference).toMatchObject({ mean: 0, verdict: 'no difference' });
  });

  it('pairs by seed, and leaves out seeds that only one side has', () => {
    const difference = pairedDifference(
      new Map([
        [1, 5],
        [2, 7],
        [3, 100],
      ]),
      new Map([
        [2, 6],
        [1, 4],
      ]),
    );
    expect(difference).toMatchObject({ count: 2, mean: 1, deviation: 0 });
  });

  it('decides nothing with one pair, and is undefined without any', () => {
    expect(pairedDifference(new Map([[1, 2]]), new Map([[1, 3]]))?.verdict).toBe('undecided');
    expect(pairedDifference(new Map([[1, 2]]), new Map([[2, 3]]))).toBeUndefined();
  });
});
