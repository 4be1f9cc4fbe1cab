import type { Arithmetic } from './arithmetic.js';
import { continuedFraction } from './continuedFraction.js';

/**
 * The hazard of the standard normal distribution, `φ(s) / Φ(−s)` for `s ≥ 0` (`normalHazard`), for float32 arithmetic,
 * elementwise, in 12 operations. It is s plus a rational function of type 3/4, minimax over the whole half-line (6.4e-8
 * of the hazard). None of its denominators comes near 0.
 *
 * Constants: `scripts/derive/special_functions.py`.
 *
 * @param m the arithmetic to evaluate in
 * @param s the argument, any shape, not negative; Infinity gives Infinity, NaN gives NaN
 * @returns the hazard of each element, the shape of `s`
 */
export function normalHazardApproximation<V>(m: Arithmetic<V>, s: V): V {
  const rest = continuedFraction(m, s, [
    [0.99952346, -0.025536826],
    [2.5790346, 3.0148127],
    [-16.07233, 3.690487],
    [24.884201, 2.0024076],
  ]);
  return m.add(s, rest);
}
