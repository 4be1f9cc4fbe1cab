import { VardropError } from '@vardrop/core';
import { studentQuantile } from './studentQuantile.js';

/** A summary of measurements of one quantity. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation; absent for a single measurement. */
  readonly deviation?: number;
  /** 95 % interval of the expectation by Student's t; absent for a single measurement. */
  readonly interval?: readonly [low: number, high: number];
}

/**
 * Mean, spread and 95 % t-interval of independent measurements. To compare two quantities that were measured under the same
 * seeds, pass their differences. Throws `VARDROP_EMPTY` for no measurements.
 */
export function summarize(values: readonly number[]): Summary {
  const count = values.length;
  if (count === 0) {
    throw new VardropError('VARDROP_EMPTY', '[summarize] values: got none, needs at least one. Measure first.');
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  const half = (studentQuantile(count - 1) * deviation) / Math.sqrt(count);
  return { count, mean, deviation, interval: [mean - half, mean + half] };
}
