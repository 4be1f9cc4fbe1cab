import { normalDensity } from './normalDensity.js';
import { normalHazard } from './normalHazard.js';
import { normalSeries } from './normalSeries.js';

/**
 * The error function `2/√π ∫₀ˣ exp(−t²) dt` in float64: odd, ±1 at `±Infinity`.
 *
 * @param x any number; NaN gives NaN
 * @returns erf(x), relative error below 1e-15 (measured against 60-digit arithmetic)
 */
export function erf(x: number): number {
  const s = Math.abs(x) * Math.SQRT2;
  const value = s < 1.5 ? 2 * normalDensity(s) * normalSeries(s) : 1 - (2 * normalDensity(s)) / normalHazard(s);
  return x < 0 || Object.is(x, -0) ? -value : value;
}
