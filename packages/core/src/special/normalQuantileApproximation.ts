import type { Arithmetic } from './arithmetic.js';
import { continuedFraction } from './continuedFraction.js';

/** Up to this distance from ½ the central form is used. */
const CENTRAL = 0.4;

/**
 * The quantile `Φ⁻¹(p)` of the standard normal distribution (`normalQuantile`) in float32 arithmetic, elementwise, in
 * 30 operations. With `q = p − ½` it is `q R(¼ − q²)` up to |q| = 0.4 (minimax in relative error, 1.6e-7), where no
 * terms cancel. Beyond that, with `r = √(−2 log p)`, it is r minus a rational function of r (5.7e-7 down to p =
 * 1.2e-38), with the sign of q.
 *
 * The relative error is below 1e-6 in float32, and below 1.3e-6 where log errs by 3.5 units in the last place.
 * Constants: `scripts/derive/special_functions.py`.
 *
 * @param m the arithmetic to evaluate in
 * @param p a probability, any shape; 0 and 1 give `∓Infinity`, numbers outside [0, 1] and NaN give NaN
 * @returns the quantile for each element, the shape of `p`; odd around ½ to the last bit where `1 − p` is exact
 */
export function normalQuantileApproximation<V>(m: Arithmetic<V>, p: V): V {
  const half = m.constant(0.5);
  const q = m.sub(p, half);
  const ratio = continuedFraction(m, m.sub(m.constant(0.25), m.mul(q, q)), [
    [6.260117, 3.2093947],
    [-0.60693264, 0.39923257],
    [-0.005631542, 0.057649698],
  ]);
  const tail = m.selectGreater(p, half, m.sub(m.constant(1), p), p);
  const r = m.sqrt(m.mul(m.log(tail), m.constant(-2)));
  const rest = continuedFraction(m, r, [
    [6.000872, 16.176922],
    [-204.92079, 16.890413],
    [-4.276402, 2.0039446],
  ]);
  const signed = m.selectGreater(p, half, m.sub(r, rest), m.sub(rest, r));
  return m.selectGreater(m.constant(CENTRAL), m.abs(q), m.mul(q, ratio), signed);
}
