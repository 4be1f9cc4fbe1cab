import type { Arithmetic } from './arithmetic.js';

/** From here on the exponential is 0 in float32. The bound keeps infinities away from the differences. */
const LARGEST = 20;

/**
 * `exp(−s²/2)` for `s ≥ 0` in float32 arithmetic, elementwise, in 13 operations, with all digits down to the smallest
 * numbers. `s²` is split into `h² + (s − h)(s + h)`, where h has so few digits that `h²` is exact: rounding `s²` would
 * cost the result `s²/2` times as much. h is at most s, so that neither factor is a subnormal number before the result
 * is one.
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
