import { normalDensity } from './normalDensity.js';
import { normalHazard } from './normalHazard.js';

/**
 * `φ(x) / Φ(x)` in float64, with Φ the standard normal distribution and φ its density: about `−x` far to the left,
 * `φ(x)` to the right. It is the derivative `r` of `logNormalCdf`; its own derivative is `−r (x + r)`.
 *
 * @param x any number; NaN gives NaN
 * @returns the ratio, relative error below 1e-15 wherever it is a normal number (measured against 60-digit arithmetic)
 */
export function inverseMillsRatio(x: number): number {
  if (!(x > 0)) return normalHazard(-x);
  const density = normalDensity(x);
  return density / (1 - density / normalHazard(x));
}
