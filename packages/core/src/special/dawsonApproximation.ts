import type { Arithmetic } from './arithmetic.js';
import { continuedFraction } from './continuedFraction.js';

/**
 * Dawson's function for float32 arithmetic, elementwise, in 25 operations: one rational function of type 7/8 in `s²`.
 * It is minimax in relative error over the whole real line (1.2e-7 with these constants), without a branch or a clip.
 *
 * In float32 the relative error is below 1e-6 for all `s`, rounding included. For `|s| > 1.8e19`, where `s²` overflows,
 * the value is 0 (with the sign of `s`) instead of `1/(2s)`. Odd to the last bit, 0 at 0. Shares the product `s²` with
 * `logUniformKlApproximation`.
 *
 * Constants and derivation: `scripts/derive/log_uniform_kl.py`. A plain continued fraction takes as many operations,
 * but its tails have poles at positive `s²`, which cost two digits. Here the tails are split into partial fractions, so
 * no denominator comes near 0.
 *
 * @param m the arithmetic to evaluate in
 * @param s the argument, any shape, finite
 * @returns D(s), the shape of `s`
 */
export function dawsonApproximation<V>(m: Arithmetic<V>, s: V): V {
  const x = m.mul(s, s);
  const three = continuedFraction(m, x, [
    [45.247295, -1.3591657],
    [26.206318, -9.339299],
    [55.47794, 3.248379],
  ]);
  const two = continuedFraction(m, x, [
    [-35.065292, -9.971621],
    [165.04811, 6.924527],
  ]);
  const six = continuedFraction(m, x, [[-10.07073, 6.083735]], three, two);
  const one = continuedFraction(m, x, [[9.609945, 6.9170146]]);
  return m.mul(s, continuedFraction(m, x, [[0.49999994, -0.50014794]], one, six));
}
