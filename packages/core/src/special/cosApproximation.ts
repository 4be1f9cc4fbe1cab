import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** A little more than π/2: for |x| ≤ 8192 the rounding of x/π takes r at most 0.001 beyond. */
const LIMIT = 1.572;
/** π/2 in three parts. The first two have 11 bits, so that their products with whole numbers up to 2¹³ are exact. */
const parts = [1.5703125, 0.0004837513, 7.54979e-8];
/** `(sin(r)/r − 1) / r²` as a polynomial of r² for |r| ≤ LIMIT, off by 9.3e-8 at most in float32, rounding included. */
const terms = [-0.16666655, 0.008333009, -0.00019806535, 2.5998452e-6];

/**
 * The cosine for float32 arithmetic, elementwise, in 28 operations: with `n = round(x/π − ½)` and
 * `r = x − (2n + 1) π/2` it is `−sin r` for even n, else `sin r` (Cody & Waite 1980, chapter 8).
 *
 * The absolute error is below 1.3e-7 for |x| ≤ 8192, and below `|x| 2⁻²³` beyond, where neighbouring float32 numbers
 * get as far apart. r is bounded, so that the value never leaves [−1, 1] by more than a unit in the last place.
 *
 * Constants: `scripts/derive/special_functions.py`.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument in radians, any shape; NaN for infinities and NaN
 * @returns the cosine of each element, the shape of `x`; even to within its error, since n is not
 */
export function cosApproximation<V>(m: Arithmetic<V>, x: V): V {
  const half = m.constant(0.5);
  const n = m.round(m.sub(m.mul(x, m.constant(0.31830987)), half));
  const odd = m.add(m.add(n, n), m.constant(1));
  const rest = parts.reduce((sum, part) => m.sub(sum, m.mul(odd, m.constant(part))), x);
  const limit = m.constant(LIMIT);
  const below = m.selectGreater(rest, limit, limit, rest);
  const lowest = m.constant(-LIMIT);
  const r = m.selectGreater(lowest, below, lowest, below);
  const square = m.mul(r, r);
  const sine = m.add(r, m.mul(m.mul(r, square), polynomial(m, square, terms)));
  const halves = m.mul(n, half);
  return m.selectGreater(m.sub(halves, m.floor(halves)), m.constant(0.25), sine, m.neg(sine));
}
