import { normalDensity } from './normalDensity.js';
import { normalSeries } from './normalSeries.js';

/**
 * The hazard of the standard normal distribution, `φ(s) / Φ(−s)` for `s ≥ 0`, in float64: 0.798 at 0, about `s + 1/s`
 * for large s. It is the inverse Mills ratio of −s. Up to 1.5 it uses a series for Φ, then the continued fraction
 * `s + 1/(s + 2/(s + 3/(s + …)))` (Abramowitz & Stegun 1964, 26.2.14).
 *
 * @param s at least 0; `Infinity` gives Infinity, NaN gives NaN
 * @returns the hazard, relative error below 1e-15
 */
export function normalHazard(s: number): number {
  if (s < 1.5) return 1 / (0.5 / normalDensity(s) - normalSeries(s));
  const last = Math.ceil(10 + 300 / (s * s));
  // Start from the fixed point of the last step.
  let rest = 2 * (last / (s + Math.sqrt(s * s + 4 * last)));
  for (let index = last; index > 0; index--) rest = index / (s + rest);
  return s + rest;
}
