import { hurwitzZeta } from './hurwitzZeta.js';
import { stirlingSeries } from './stirlingSeries.js';

/** 1 − γ with Euler's γ: the slope of `log Γ` at 2. */
const SLOPE = 0.42278433509846713;
/** `(−1)ᵏ ζ(k, 2) / k` for k = 2, 3, …: the coefficients of `log Γ(2 + z) − (1 − γ) z`, which starts at z². */
const series = Array.from({ length: 28 }, (_, i) => ((-1) ** i * hurwitzZeta(i + 2, 2)) / (i + 2));

/** `log Γ(2 + z)` for |z| ≤ ½. */
function aroundTwo(z: number): number {
  return z * series.reduceRight((sum, term) => (sum + term) * z, 0) + SLOPE * z;
}

/**
 * `log Γ(x)` for `x > 0` in float64. It uses the Taylor series at 2 (with all digits next to both zeros, 1 and 2),
 * recurrences, and Stirling's series from 12 on. Its derivative is `digamma`.
 *
 * @param x any number; 0 and `Infinity` give Infinity, negative numbers and NaN give NaN
 * @returns log Γ(x), relative error below 1e-15 (measured against 60-digit arithmetic)
 */
export function lgamma(x: number): number {
  if (x < 0.5) return x < 0 ? Number.NaN : aroundTwo(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return aroundTwo(x - 1) - Math.log(x);
  if (x < 12) {
    let rest = x;
    let product = 1;
    while (rest > 2.5) product *= --rest;
    return aroundTwo(rest - 2) + Math.log(product);
  }
  return (x - 0.5) * (Math.log(x) - 1) + (0.4189385332046727 + stirlingSeries(x));
}
