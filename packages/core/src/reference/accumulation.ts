import { unitRoundoff } from './float32.js';

/** Chance that a bound of `accumulationFactor` does not hold for one element, under the model that it states. */
export const failureProbability = 1e-9;

/**
 * How far n float32 roundings can move a sum of products, relative to `Σ|a||b|`: the smaller of two bounds, both of
 * which hold for every order of summation, with or without fused multiply-adds.
 *
 * The first is certain: `γ_n = n u / (1 − n u)` (Higham 2002, Accuracy and Stability of Numerical Algorithms, §3.1). The
 * second takes rounding errors to be independent with mean 0, and then holds but for a chance of
 * `2 n exp(−λ² (1 − u)² / 2)`: `γ̃_n(λ) = exp(λ √n u + n u² / (1 − u)) − 1` (Higham & Mary 2019, A New Approach to
 * Probabilistic Rounding Error Analysis, SIAM J. Sci. Comput. 41, theorems 2.4 and 3.1). λ is what makes that chance
 * `failureProbability`: `λ = √(2 ln(2 n / 10⁻⁹)) / (1 − u)`, from 6.5 at n = 1 to 8.4 at n = 10⁶. From n = 51 on the
 * second is the smaller one.
 *
 * Sums of many equal numbers break the model (each partial sum is rounded the same way), so n > 50 wants operands that
 * vary. Algorithms that are not sums of these products in some order (Strassen, Winograd, Fourier) are not covered.
 */
export function accumulationFactor(roundings: number): number {
  if (roundings <= 0) return 0;
  const u = unitRoundoff;
  const certain = roundings * u < 1 ? (roundings * u) / (1 - roundings * u) : Number.POSITIVE_INFINITY;
  const lambda = Math.sqrt(2 * Math.log((2 * roundings) / failureProbability)) / (1 - u);
  const probable = Math.expm1(lambda * Math.sqrt(roundings) * u + (roundings * u * u) / (1 - u));
  return Math.min(certain, probable);
}
