import * as random from '@vardrop/core/random';
import { describe, expect, it } from 'vitest';
import {
  covarianceThreshold,
  falseAlarm,
  meanThreshold,
  momentsOf,
  normalMoments,
  sampleCovariance,
  sampleMean,
  varianceThreshold,
  weightedSum,
} from '../src/statistics.js';

/** Upper tail of the standard normal, by Simpson's rule from x to 40. */
function upperTail(x: number): number {
  const steps = 20_000;
  const h = (40 - x) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const t = x + i * h;
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-0.5 * t * t);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe('thresholds', () => {
  it('leave a correct mean the false-alarm rate', () => {
    const quantile = meanThreshold(normalMoments(0, 1), 1);
    expect((2 * upperTail(quantile)) / falseAlarm).toBeCloseTo(1, 3);
  });

  it('of variance and covariance shrink with the root of the count, and hold for normal samples', () => {
    const count = 20_000;
    const x = random.normal(random.key(1), count);
    const y = random.normal(random.key(2), count);
    const moments = normalMoments(0, 1);
    expect(Math.abs(sampleMean(x))).toBeLessThan(meanThreshold(moments, count));
    expect(Math.abs(sampleCovariance(x, x) - 1)).toBeLessThan(varianceThreshold(moments, count));
    expect(Math.abs(sampleCovariance(x, y))).toBeLessThan(covarianceThreshold(0, 1, count));
    // A tenth more variance, and a correlation of a tenth, are seen.
    const wide = x.map((value) => value * Math.sqrt(1.1));
    expect(Math.abs(sampleCovariance(wide, wide) - 1)).toBeGreaterThan(varianceThreshold(moments, count));
    const mixed = y.map((value, i) => 0.1 * x[i] + Math.sqrt(0.99) * value);
    expect(Math.abs(sampleCovariance(x, mixed))).toBeGreaterThan(covarianceThreshold(0, 1, count));
    expect(varianceThreshold(moments, count) / varianceThreshold(moments, 4 * count)).toBeCloseTo(2, 1);
  });
});

describe('moments', () => {
  it('of a uniform number are 1/2, 1/12 and 1/80', () => {
    const { mean, variance, fourth } = momentsOf((u) => u);
    expect(mean).toBeCloseTo(1 / 2, 9);
    expect(variance).toBeCloseTo(1 / 12, 9);
    expect(fourth).toBeCloseTo(1 / 80, 9);
  });

  it('of a weighted sum add up as cumulants do', () => {
    const coin = { mean: 0, variance: 1, fourth: 1 };
    // The sum of two signs is −2, 0, 0 or 2.
    const sum = weightedSum([
      { weight: 1, moments: coin },
      { weight: -1, moments: coin },
    ]);
    expect(sum).toEqual({ mean: 0, variance: 2, fourth: 8 });
  });
});
