import { unitRoundoff } from './float32.js';

/** Chance that a bound of `accumulationFactor` does not hold for one element, under the model that it states. */
export const failureProbability = 1e-9;

/** Most terms that a backend may add up one after the other. */
const longestBlock = 4096;

/**
 * The most additions that a term of a sum goes through on any backend. Up to 4096 terms may be added up one after the other,
 * `n − 1` additions. Longer sums go in blocks: at most `4095 + additions(⌈n / 4096⌉)`, which every way of blocking meets
 * whose blocks and number of blocks are both at most 4096, 2√n − 2 additions in blocks of √n among them (Castaldo,
 * Whaley & Chronopoulos 2008, Reducing Floating Point Error in Dot Product Using the Superblock Family of Algorithms,
 * SIAM J. Sci. Comput. 31, §3; Higham 2002, §4.2). A sum of 400,000 equal terms one after the other is off by several
 * times the bound that comes of it.
 */
export function additions(terms: number): number {
  return terms <= longestBlock ? terms - 1 : longestBlock - 1 + additions(Math.ceil(terms / longestBlock));
}

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
 * Sums of many equal numbers break the model, since each partial sum is rounded the same way: for those (`equal`) only the
 * certain bound holds. Algorithms that are not sums of these products in some order (Strassen, Winograd, Fourier) are not covered.
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
