import { overflowThreshold } from './float32.js';

/**
 * Whether `bound` permits a float32 result for the float64 result `expected`. The result must not be further away than
 * the bound. If `expected` is infinite or NaN, the result must equal it. An infinite result is permitted only where
 * `expected` plus or minus the bound rounds to that infinity, because float32 may then overflow. An infinite bound
 * permits everything.
 */
export function withinBound(actual: number, expected: number, bound: number): boolean {
  if (bound === Number.POSITIVE_INFINITY) return true;
  if (!Number.isFinite(expected)) return Object.is(actual, expected);
  if (Math.abs(actual) === Number.POSITIVE_INFINITY) return expected * Math.sign(actual) + bound >= overflowThreshold;
  return Math.abs(actual - expected) <= bound;
}
