import type { Arithmetic } from './arithmetic.js';
import { polynomial } from './polynomial.js';

/** The polynomial is used for |x| below this. */
const NEAR = 0.95;
/**
 * For |x| below this, erf is `2/√π x` in float32. `x P(x²)` could be too small for arithmetic that flushes subnormal
 * numbers.
 */
const TINY = 2 ** -64;
/** For |x| from here on, erf is 1 in float32. */
const LARGEST = 4;
/** `erf(x)/x − 1` as a polynomial of x² for |x| ≤ 0.95, minimax: erf has a relative error of 2.2e-8. */
const near = [0.12837914, -0.37612447, 0.112813205, -0.026748864, 0.0049675056, -0.0005862075];
/** `log(1 − erf(x)) / x` as a polynomial of x for 0.95 ≤ x ≤ 4: erf has a relative error of 2.8e-9. */
const far = [-1.1285038, -0.6357536, -0.10521584, 0.022860711, -0.0032059, 0.00021289352];

/**
 * The error function for float32 arithmetic, elementwise, in 33 operations. It is `x + x P(x²)` near 0 and `2/√π x`
 * very close to 0. Elsewhere it is `1 − exp(|x| Q(|x|))` with the sign of x; there an error of the exponential counts
 * for a fifth at most.
 *
 * The relative error is below 1.3e-7 in float32, and below 1.5e-7 where exp errs by 3.5 units in the last place.
 * Constants: `scripts/derive/special_functions.py`.
 *
 * @param m the arithmetic to evaluate in
 * @param x the argument, any shape; infinities give the limits, NaN gives NaN
 * @returns erf of each element, the shape of `x`; odd to the last bit
 */
export function erfApproximation<V>(m: Arithmetic<V>, x: V): V {
  const square = m.mul(x, x);
  const size = m.abs(x);
  const straight = m.mul(x, m.constant(1.1283792));
  const curved = m.add(x, m.mul(x, polynomial(m, square, near)));
  const small = m.selectGreater(m.constant(TINY), size, straight, curved);
  const largest = m.constant(LARGEST);
  const bounded = m.selectGreater(size, largest, largest, size);
  const large = m.sub(m.constant(1), m.exp(m.mul(bounded, polynomial(m, bounded, far))));
  const signed = m.selectGreater(m.constant(0), x, m.neg(large), large);
  return m.selectGreater(m.constant(NEAR), size, small, signed);
}
