import type { Arithmetic } from './arithmetic.js';
import { logOnePlusApproximation } from './logOnePlusApproximation.js';

/**
 * `log(1 + eˣ)` for float32 arithmetic, elementwise, in 18 operations: `max(x, 0) + log(1 + e)` with `e = exp(−|x|)`.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument, any shape; infinities give the limits, NaN gives NaN
 * @returns the function of each element, the shape of `x`; shares `e` with `sigmoidApproximation`
 */
export function softplusApproximation<V>(m: Arithmetic<V>, x: V): V {
  return m.add(m.max(x, m.constant(0)), logOnePlusApproximation(m, m.exp(m.neg(m.abs(x)))));
}
