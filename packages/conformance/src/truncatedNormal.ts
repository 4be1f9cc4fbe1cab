import { erf } from '@vardrop/core/reference';
import type { Moments } from './statistics.js';

/** Φ, as far as its tails do not matter. */
export const normalCdf = (x: number) => (1 + erf(x / Math.SQRT2)) / 2;

/** φ. */
export const normalDensity = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/**
 * Moments of a factor whose logarithm is N(mean, deviation²), truncated from above at 0; what a truncation at −20 takes away is lost in
 * rounding. `E z^k = exp(k μ + k² σ²/2) Φ(B − k σ) / Φ(B)` with `B = −μ/σ` (Neklyudov et al. 2017).
 */
export function truncatedMoments(mean: number, deviation: number): Moments {
  const end = -mean / deviation;
  const raw = (k: number) =>
    (Math.exp(k * mean + (k * deviation) ** 2 / 2) * normalCdf(end - k * deviation)) / normalCdf(end);
  const [m1, m2, m3, m4] = [1, 2, 3, 4].map(raw);
  return { mean: m1, variance: m2 - m1 ** 2, fourth: m4 - 4 * m1 * m3 + 6 * m1 ** 2 * m2 - 3 * m1 ** 4 };
}
