import { unitRoundoff } from './float32.js';

/** Probability that a bound of `accumulationFactor` is wrong for one element, under the model stated there. */
export const failureProbability = 1e-9;

/** Most terms that a backend may add up one after the other. */
const longestBlock = 4096;

/**
 * The most additions that a term of a sum goes through on any backend. Up to 4096 terms may be added up one after the
 * other, in `n − 1` additions. A longer sum is cut into blocks and takes at most `4095 + additions(⌈n / 4096⌉)`
 * additions. Every blocking meets this limit if its blocks have at most 4096 terms and there are at most 4096 blocks.
 * An example is blocks of √n terms, with 2√n − 2 additions (Castaldo, Whaley & Chronopoulos 2008, Reducing Floating
 * Point Error in Dot Product Using the Superblock Family of Algorithms, SIAM J. Sci. Comput. 31, §3; Higham 2002,
 * §4.2). The error of 400,000 equal terms added one after the other is several times the bound that follows from this
 * limit.
 */
export function additions(terms: number): number {
  return terms <= longestBlock ? terms - 1 : longestBlock - 1 + additions(Math.ceil(terms / longestBlock));
}

/**
 * How far n float32 roundings can move a sum of products, relative to `Σ|a||b|`. It is the smaller of two bounds. Both
 * hold for every order of summation, with or without fused multiply-adds.
 *
 * The first bound is certain: `γ_n = n u / (1 − n u)` (Higham 2002, Accuracy and Stability of Numerical Algorithms,
 * §3.1). The second assumes that rounding errors are independent with mean 0. It then holds except with probability
 * `2 n exp(−λ² (1 − u)² / 2)`: `γ̃_n(λ) = exp(λ √n u + n u² / (1 − u)) − 1` (Higham & Mary 2019, A New Approach to
 * Probabilistic Rounding Error Analysis, SIAM J. Sci. Comput. 41, theorems 2.4 and 3.1). λ is chosen to make that
 * probability `failureProbability`: `λ = √(2 ln(2 n / 10⁻⁹)) / (1 − u)`, from 6.5 at n = 1 to 8.4 at n = 10⁶. From n =
 * 51 on the second bound is smaller.
 *
 * Sums of many equal numbers break this assumption, since each partial sum is rounded the same way. For such sums
 * (`equal`) only the certain bound holds. Neither bound covers algorithms that are not sums of these products in some
 * order (Strassen, Winograd, Fourier).
 */
export function accumulationFactor(roundings: number, equal = false): number {
  if (roundings <= 0) return 0;
  const u = unitRoundoff;
  const certain = roundings * u < 1 ? (roundings * u) / (1 - roundings * u) : Number.POSITIVE_INFINITY;
  if (equal) return certain;
  const lambda = Math.sqrt(2 * Math.log((2 * roundings) / failureProbability)) / (1 - u);
  const probable = Math.expm1(lambda * Math.sqrt(roundings) * u + (roundings * u * u) / (1 - u));
  return Math.min(certain, probable);
}
