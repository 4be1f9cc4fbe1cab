import { normalDensity } from './normalDensity.js';
import { normalHazard } from './normalHazard.js';

const ROOT_TWO_PI = 2.5066282746310002;

/**
 * `log Φ(x)` in float64, with Φ the standard normal distribution: about `−x²/2` far to the left, `−Φ(−x)` to the right.
 * Its derivative is `inverseMillsRatio`.
 *
 * @param x any number; NaN gives NaN
 * @returns the logarithm, relative error below 1e-15 wherever it is a normal number (measured against 60-digit arithmetic)
 */
export function logNormalCdf(x: number): number {
  if (x > 0) return Math.log1p(-normalDensity(x) / normalHazard(x));
  return -(0.5 * x * x + Math.log(ROOT_TWO_PI * normalHazard(-x)));
}
