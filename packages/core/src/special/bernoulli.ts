/** The Bernoulli numbers B₂, B₄, …, B₁₄: what asymptotic series of the gamma function need in float64 from 12 on. */
export const BERNOULLI: readonly number[] = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];
