import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** `(2 artanh(h) − 2h) / h³` as a polynomial of h² for 0 ≤ h ≤ ⅓, minimax: `log(1 + e)` has a relative error of 4.5e-9. */
const terms = [0.66666416, 0.40021534, 0.28001678, 0.28012668];

/**
 * `log(1 + eˣ)` for float32 arithmetic, elementwise, in 18 operations: `max(x, 0) + log(1 + e)` with `e = exp(−|x|)`. With
 * `h = e / (2 + e)` the logarithm is `2 artanh(h)`, or `e − h (e − h² P(h²))`, where all terms but e are small. The sum 1 + e,
 * which would lose the digits of a small e, is never computed. No rounding error is compensated either, since shader compilers
 * may simplify such terms to 0.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument, any shape; infinities give the limits, NaN gives NaN
 * @returns the function of each element, the shape of `x`; shares `e` with `sigmoidApproximation`
 */
export function softplusApproximation<V>(m: Arithmetic<V>, x: V): V {
  const e = m.exp(m.neg(m.abs(x)));
  const h = m.div(e, m.add(e, m.constant(2)));
  const square = m.mul(h, h);
  const lost = m.mul(h, m.sub(e, m.mul(square, polynomial(m, square, terms))));
  return m.add(m.max(x, m.constant(0)), m.sub(e, lost));
}
