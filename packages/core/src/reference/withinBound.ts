import { overflowThreshold } from './float32.js';

/**
 * Whether a float32 result is one that `bound` permits around the float64 result `expected`: not further away than the
 * bound; equal to it where `expected` is infinite or NaN; and the infinity of its sign only where `expected` comes
 * within the bound of rounding to it, as then float32 overflows. An infinite bound permits everything.
 */
export function withinBound(actual: number, expected: number, bound: number): boolean {
  if (bound === Number.POSITIVE_INFINITY) return true;
  if (!Number.isFinite(expected)) return Object.is(actual, expected);
  if (Math.abs(actual) === Number.POSITIVE_INFINITY) return expected * Math.sign(actual) + bound >= overflowThreshold;
  return Math.abs(actual - expected) <= bound;
}
