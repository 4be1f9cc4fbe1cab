import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** The polynomial is used for |x| below this. */
const NEAR = 0.6;

/** `(tanh(x)/x − 1) / x²` as a polynomial of x² for |x| ≤ 0.6, minimax: tanh is within 0.05 units in the last place. */
const terms = [-0.33333299, 0.13331924, -0.053783827, 0.020795964, -0.0058951504];

/**
 * The hyperbolic tangent for float32 arithmetic, elementwise, in 22 operations. Near 0 it is `x + x³ P(x²)`, where
 * nothing cancels and subnormal numbers are exact. Elsewhere it is `1 − 2e / (1 + e)` with `e = exp(−2|x|)`, which
 * never overflows, with the sign of x.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument, any shape; infinities give the limits, NaN gives NaN
 * @returns tanh of each element, the shape of `x`; odd to the last bit
 */
export function tanhApproximation<V>(m: Arithmetic<V>, x: V): V {
  const size = m.abs(x);
  const square = m.mul(x, x);
  const near = m.add(x, m.mul(m.mul(x, square), polynomial(m, square, terms)));
  const one = m.constant(1);
  const e = m.exp(m.mul(size, m.constant(-2)));
  const far = m.sub(one, m.div(m.add(e, e), m.add(e, one)));
  const signed = m.selectGreater(m.constant(0), x, m.neg(far), far);
  return m.selectGreater(m.constant(NEAR), size, near, signed);
}
