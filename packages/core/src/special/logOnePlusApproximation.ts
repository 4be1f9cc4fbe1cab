import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** `(2 artanh(h) − 2h) / h³` as a polynomial of h² for |h| ≤ ⅓, minimax: `log(1 + e)` has a relative error of 4.5e-9. */
const terms = [0.66666416, 0.40021534, 0.28001678, 0.28012668];

/**
 * `log(1 + e)` for `−½ ≤ e ≤ 1` in float32 arithmetic, elementwise, in 13 operations. With `h = e / (2 + e)` the
 * logarithm is `2 artanh(h)`, or `e − h (e − h² P(h²))`, where all terms except e are small. The sum 1 + e is never
 * computed, because it would lose the digits of a small e. No rounding error is compensated, because shader compilers
 * may simplify such terms to 0.
 *
 * @param m the arithmetic to evaluate in
 * @param e the argument, any shape, from −½ to 1
 * @returns the logarithm of each element, the shape of `e`
 */
export function logOnePlusApproximation<V>(m: Arithmetic<V>, e: V): V {
  const h = m.div(e, m.add(e, m.constant(2)));
  const square = m.mul(h, h);
  const lost = m.mul(h, m.sub(e, m.mul(square, polynomial(m, square, terms))));
  return m.sub(e, lost);
}
