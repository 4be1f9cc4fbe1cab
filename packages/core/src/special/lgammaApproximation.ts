import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** Below this argument the recurrence from `x + 1` is used. Beyond `FAR` Stirling's series is used. */
const NEAR = 0.75;
const FAR = 3;
/** `log Γ(1 + a) / (a (a − 1))` for −0.25 ≤ a ≤ 2, minimax in relative error (1.2e-7). */
const numerator = [0.5772156, 0.6154493, 0.13716276, 0.0020946949];
const denominator = [1, 1.4911247, 0.60189617, 0.057338055];
/**
 * The terms of Stirling's series that follow the closed form, times x, as a polynomial of 1/x²: log Γ has a relative
 * error of 7.6e-8.
 */
const stirling = [0.08332842, -0.0026532102];

/**
 * `log Γ(x)` for `x > 0` (`lgamma`) in float32 arithmetic, elementwise, in 32 operations. Up to 3 it is
 * `(x − 1)(x − 2)` times a rational function, so that it has all digits next to its zeros 1 and 2. Below 0.75 the
 * recurrence is used. Beyond 3 it is `(x − ½)(log x − 1) + (log 2π − 1)/2 + …`, which cancels less than the usual form.
 *
 * The relative error is below 5e-7 in float32, and below 1.8e-6 where log errs by 3.5 units in the last place.
 * Constants: `scripts/derive/special_functions.py`.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument, any shape; 0 and Infinity give Infinity, negative numbers and NaN give NaN
 * @returns the function of each element, the shape of `x`
 */
export function lgammaApproximation<V>(m: Arithmetic<V>, x: V): V {
  const one = m.constant(1);
  const near = m.constant(NEAR);
  const logarithm = m.log(x);
  const a = m.selectGreater(near, x, x, m.sub(x, one));
  const ratio = m.div(polynomial(m, a, numerator), polynomial(m, a, denominator));
  const middle = m.mul(m.mul(a, m.sub(a, one)), ratio);
  const inverse = m.div(one, x);
  const rest = m.add(m.mul(inverse, polynomial(m, m.mul(inverse, inverse), stirling)), m.constant(0.41893855));
  const far = m.add(m.mul(m.sub(x, m.constant(0.5)), m.sub(logarithm, one)), rest);
  return m.selectGreater(near, x, m.sub(middle, logarithm), m.selectGreater(x, m.constant(FAR), far, middle));
}
