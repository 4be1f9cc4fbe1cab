import { describe, expect, it } from 'vitest';
import { percent, significant, withError, withRelativeError } from '../src/format.js';
import { meanOf, ratioOfMeans } from '../src/statistics/estimate.js';
import { interval } from '../src/statistics/interval.js';
import { median, quantiles, quartiles } from '../src/statistics/quantiles.js';

describe('estimates', () => {
  it('are means with the standard error of the mean', () => {
    expect(meanOf([1, 2, 3, 4])).toEqual({ value: 2.5, error: Math.sqrt(5 / 3 / 4) });
    expect(meanOf([2])).toEqual({ value: 2, error: Number.NaN });
  });

  it('of ratios lose what numerator and denominator have in common', () => {
    const x = [1, 2, 4];
    expect(ratioOfMeans([2, 4, 8], x)).toEqual({ value: 2, error: 0 });
    const { value, error } = ratioOfMeans([3, 4, 8], x);
    // Residuals y − Rx with R = 15/7: 6/7, −2/7, −4/7; divided by the mean 7/3 of x.
    expect(value).toBeCloseTo(15 / 7, 14);
    expect(error).toBeCloseTo(Math.sqrt(56 / 49 / 2 / 3) / (7 / 3), 14);
  });

  it('have an interval where their error is known', () => {
    expect(interval({ value: 1, error: Number.NaN })).toEqual({});
    const { low, high } = interval({ value: 1, error: 0.5 });
    expect([low, high]).toEqual([1 - 0.979981992270027, 1 + 0.979981992270027]);
  });
});

it('quantiles interpolate', () => {
  const ten = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
  // Position (n − 1) p among the sorted values.
  expect(quantiles(ten, [0, 0.1, 0.25, 0.9, 1])).toEqual([1, 1.9, 3.25, expect.closeTo(9.1, 14), 10]);
  expect([median([5, 1, 3]), median([4, 1, 3, 2]), median([])]).toEqual([3, 2.5, Number.NaN]);
  expect(quantiles([], [0.1])).toEqual([Number.NaN]);
  expect(quartiles([4, 1, 3, 2])).toEqual({ lower: 1.75, median: 2.5, upper: 3.25 });
  expect(quartiles([7])).toEqual({ lower: 7, median: 7, upper: 7 });
});

it('numbers are written with the digits that mean something', () => {
  expect([0, 1.8345, 999.6, 12_345, 7.81e6, -0.5, 1e-5, Number.NaN].map((value) => significant(value))).toEqual([
    '0',
    '1.83',
    '1,000',
    '12,345',
    '7.81e6',
    '−0.500',
    '1.00e−5',
    '–',
  ]);
  expect(withError({ value: 1.8345, error: 0.0213 })).toBe('1.835 ± 0.021');
  expect(withError({ value: 1.8345, error: Number.NaN })).toBe('1.83');
  expect(withRelativeError({ value: 7.81e6, error: 4.7e4 })).toBe('7.81e6 ± 0.6 %');
  expect(percent(0.041)).toBe('4.10 %');
});
