import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** Beyond this argument the asymptotic series is used. */
const FAR = 3;
/** The float32 number nearest to the zero of digamma, and the value there. */
const ROOT = 1.4616321;
const AT_ROOT = -1.2036052e-8;
/** `(ψ(y) − ψ(ROOT)) / (y − ROOT)` for 1 ≤ y ≤ 3, minimax in relative error (1.2e-8). */
const numerator = [260.20096, 538.92, 134.82907, 1.3657109];
const denominator = [1, 373.30316, 333.21695, 40.50497];
/** `x² (log x − 1/(2x) − ψ(x))` as a polynomial of 1/x²: ψ has a relative error of 1.3e-7. */
const series = [0.08331242, -0.007757147];

/**
 * Digamma for `x > 0` (`digamma`) in float32 arithmetic, elementwise, in 32 operations. Up to 3 it is
 * `(x − r) R(x) + ψ(r)`, with R rational and r the float32 number nearest to the zero, so that all digits are right
 * next to it. Below 1 the recurrence is used, beyond 3 the asymptotic series.
 *
 * The relative error is below 4e-7 in float32, and below 7e-7 where log errs by 3.5 units in the last place. Constants:
 * `scripts/derive/special_functions.py`.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument, any shape; 0 gives −Infinity, Infinity gives Infinity; negative numbers and NaN give NaN
 * @returns the function of each element, the shape of `x`
 */
export function digammaApproximation<V>(m: Arithmetic<V>, x: V): V {
  const one = m.constant(1);
  const zero = m.constant(0);
  const logarithm = m.log(x);
  const y = m.selectGreater(one, x, m.add(x, one), x);
  const ratio = m.div(polynomial(m, y, numerator), polynomial(m, y, denominator));
  const middle = m.add(m.mul(m.sub(y, m.constant(ROOT)), ratio), m.constant(AT_ROOT));
  // −0 gives −Infinity too.
  const inverse = m.div(one, m.abs(x));
  const rest = m.mul(inverse, polynomial(m, m.mul(inverse, inverse), series));
  const far = m.sub(logarithm, m.mul(inverse, m.add(rest, m.constant(0.5))));
  const positive = m.selectGreater(one, x, m.sub(middle, inverse), m.selectGreater(x, m.constant(FAR), far, middle));
  return m.selectGreater(zero, x, logarithm, positive);
}
