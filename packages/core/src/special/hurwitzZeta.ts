import { BERNOULLI } from './bernoulli.js';

/**
 * Hurwitz's zeta function `Σ (a + n)⁻ˢ` over n = 0, 1, … in float64. From 12 on the sum is replaced by the
 * Euler–Maclaurin formula.
 *
 * @param s a whole number, at least 2
 * @param a greater than 0
 * @returns the sum, relative error below 2e-15
 */
export function hurwitzZeta(s: number, a: number): number {
  const count = Math.max(0, Math.ceil(12 - a));
  const start = a + count;
  let term = (s * start ** -s) / start;
  let sum = 0;
  for (const [index, bernoulli] of BERNOULLI.entries()) {
    // B₂ⱼ/(2j)! · s (s + 1) … (s + 2j − 2) · start^(1 − s − 2j), with j = index + 1.
    const order = 2 * index + 2;
    sum += (bernoulli * (term / order)) / (order - 1);
    term *= ((s + order - 1) / start) * ((s + order) / start / order / (order - 1));
  }
  sum += start ** -s / 2 + start ** (1 - s) / (s - 1);
  for (let n = count - 1; n >= 0; n--) sum += (a + n) ** -s;
  return sum;
}
