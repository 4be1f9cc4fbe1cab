import type { Arithmetic } from './arithmetic.js';
import { continuedFraction } from './continuedFraction.js';

/** Value of s² at which the rational form changes to the logarithmic form. Both have the same error there, 5e-7. */
const SPLIT = 4.75;

/**
 * The exact KL divergence from the log-uniform prior (`logUniformKl`) for float32 arithmetic, elementwise, in 24
 * operations. Up to `s² = 4.75` it is `s²` times a rational function of type 2/3. Above that it is `ln |s|` plus one of
 * type 3/3. Both are minimax in relative error (5.4e-7). Near 0 no logarithm is involved, so nothing cancels and no
 * epsilon is needed.
 *
 * In float32 the relative error is below 1e-6 wherever `s²` is a normal number, rounding included. Even to the last
 * bit, 0 at 0, finite for every finite `s`.
 *
 * Constants and derivation: `scripts/derive/log_uniform_kl.py`. Both forms are evaluated; the unused one may have any
 * value, even infinity.
 *
 * @param m the arithmetic to evaluate in
 * @param s `θ / (√2 σ) = 1 / √(2α)`, any shape, finite
 * @returns the KL of each element in nats, the shape of `s`
 */
export function logUniformKlApproximation<V>(m: Arithmetic<V>, s: V): V {
  const x = m.mul(s, s);
  const small = continuedFraction(m, x, [
    [3.1168134, 6.2677903],
    [-15.274331, -3.4086215],
    [72.51172, 8.782795],
  ]);
  const large = continuedFraction(m, x, [
    [-0.25022426, -0.74103075],
    [-0.46487105, -8.514345],
    [32.068813, 0.9253832],
  ]);
  // The bound does not change the selected value. It avoids the logarithm of 0, which some backends cannot represent.
  const logarithm = m.log(m.max(m.abs(s), m.constant(1)));
  const above = m.add(logarithm, m.add(large, m.constant(0.9817574)));
  return m.selectGreater(x, m.constant(SPLIT), above, m.mul(x, small));
}
