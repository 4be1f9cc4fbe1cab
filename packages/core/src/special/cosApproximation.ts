import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** A little more than π/2. For |x| ≤ 8192 the rounding of x/π makes |r| exceed π/2 by at most 0.001. */
const LIMIT = 1.572;
/** π/2 in three parts. The first two have 11 bits, so that their products with whole numbers up to 2¹³ are exact. */
const parts = [1.5703125, 0.0004837513, 7.54979e-8];
/**
 * `(sin(r)/r − 1) / r²` as a polynomial of r² for |r| ≤ LIMIT. The error in float32 is at most 9.3e-8, rounding
 * included.
 */
const terms = [-0.16666655, 0.008333009, -0.00019806535, 2.5998452e-6];

/**
 * The cosine for float32 arithmetic, elementwise, in 28 operations. With `n = round(x/π − ½)` and
 * `r = x − (2n + 1) π/2` it is `−sin r` for even n and `sin r` for odd n (Cody & Waite 1980, chapter 8).
 *
 * The absolute error is below 1.3e-7 for |x| ≤ 8192. Beyond that it is below `|x| 2⁻²³`, which is the distance of
 * neighbouring float32 numbers. r is bounded, so the value never leaves [−1, 1] by more than a unit in the last place.
 *
 * Constants: `scripts/derive/special_functions.py`.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument in radians, any shape; NaN for infinities and NaN
 * @returns the cosine of each element, the shape of `x`; even only to within its error, because the rounding to n is
 * not symmetric
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
