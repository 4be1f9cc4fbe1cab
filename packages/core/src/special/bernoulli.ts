/**
 * The Bernoulli numbers B₂, B₄, …, B₁₄. With these, the asymptotic series of the gamma function reach float64 accuracy
 * from 12 on.
 */
export const BERNOULLI: readonly number[] = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];
