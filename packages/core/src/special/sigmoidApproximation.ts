import type { Arithmetic } from './arithmetic.js';

/**
 * The logistic function for float32 arithmetic, elementwise, in six operations: `1 / (1 + e)` with `e = exp(−|x|)`, and
 * `e / (1 + e)` for negative x. Nothing overflows. The tail keeps all its digits, down to subnormal numbers.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument, any shape; infinities give the limits, NaN gives NaN
 * @returns the function of each element, the shape of `x`; shares `e` with `softplusApproximation`
 */
export function sigmoidApproximation<V>(m: Arithmetic<V>, x: V): V {
  const one = m.constant(1);
  const e = m.exp(m.neg(m.abs(x)));
  return m.div(m.selectGreater(m.constant(0), x, e, one), m.add(e, one));
}
