import type { Arithmetic } from './arithmetic.js';

/** From here on the exponential is 0 in float32. This bound keeps infinities out of the differences. */
const LARGEST = 20;

/**
 * `exp(−s²/2)` for `s ≥ 0` in float32 arithmetic, elementwise, in 13 operations, with all digits down to the smallest
 * numbers. `s²` is split into `h² + (s − h)(s + h)`. h has so few digits that `h²` is exact. Rounding `s²` instead
 * would give the result `s²/2` times the relative error of s². h is at most s, so neither factor is subnormal unless
 * the result is.
 *
 * @param m the arithmetic to evaluate in
 * @param s the argument, any shape, not negative; infinities give the limits, NaN gives NaN
 * @returns the exponential of each element, the shape of `s`
 */
export function normalExponentialApproximation<V>(m: Arithmetic<V>, s: V): V {
  const largest = m.constant(LARGEST);
  const bounded = m.selectGreater(s, largest, largest, s);
  const high = m.mul(m.floor(m.mul(bounded, m.constant(16))), m.constant(0.0625));
  const half = m.constant(-0.5);
  const rest = m.mul(m.sub(bounded, high), m.add(bounded, high));
  return m.mul(m.exp(m.mul(m.mul(high, high), half)), m.exp(m.mul(rest, half)));
}
