import { lgamma } from './lgamma.js';
import { stirlingSeries } from './stirlingSeries.js';

/**
 * `log Γ(x + ½) − log Γ(x)` for `x > 0` in float64. From 12 on it is the difference of two Stirling series, in which the large
 * terms have been subtracted by hand.
 *
 * @returns the difference, absolute error below 1e-14
 */
export function logGammaHalfStep(x: number): number {
  if (x < 12) return lgamma(x + 0.5) - lgamma(x);
  return x * Math.log1p(0.5 / x) - 0.5 + 0.5 * Math.log(x) + (stirlingSeries(x + 0.5) - stirlingSeries(x));
}
