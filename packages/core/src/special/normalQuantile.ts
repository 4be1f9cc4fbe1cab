import { inverseMillsRatio } from './inverseMillsRatio.js';
import { logNormalCdf } from './logNormalCdf.js';
import { normalDensity } from './normalDensity.js';
import { normalSeries } from './normalSeries.js';

/** Newton's iteration. `step` computes the next estimate; the loop ends when only the last digits change. */
function iterate(start: number, step: (z: number) => number): number {
  let z = start;
  for (let count = 0; count < 50; count++) {
    const change = step(z);
    z += change;
    if (Math.abs(change) <= 1e-9 * Math.abs(z)) break;
  }
  return z;
}

/**
 * The quantile `Φ⁻¹(p)` of the standard normal distribution in float64, by Newton's iteration: on `log Φ` in the tails
 * and on Φ near ½. Both are concave there, so the iterates approach from one side.
 *
 * @param p a probability; 0 and 1 give `∓Infinity`, numbers outside [0, 1] and NaN give NaN
 * @returns the quantile, relative error below 1e-15 (measured against 60-digit arithmetic), odd around ½
 */
export function normalQuantile(p: number): number {
  const offset = Math.abs(p - 0.5);
  const tail = p > 0.5 ? 1 - p : p;
  if (!(tail > 0)) return tail === 0 ? (p < 0.5 ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
  const logarithm = Math.log(tail);
  const size =
    offset < 0.25
      ? iterate(offset / normalDensity(0), (z) => offset / normalDensity(z) - normalSeries(z))
      : iterate(Math.sqrt(-2 * logarithm), (z) => (logNormalCdf(-z) - logarithm) / inverseMillsRatio(-z));
  return p < 0.5 ? -size : size;
}
