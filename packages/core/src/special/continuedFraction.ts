import type { Arithmetic } from './arithmetic.js';

/**
 * The continued fraction `a₁/(x + b₁ + a₂/(x + b₂ + …))`: three operations a step (two for the last, unless it has an
 * `extra` term), where numerator and denominator by Horner's rule take four a degree, and no power of `x` to overflow.
 *
 * @param steps the pairs `[aₖ, bₖ]`, outermost first; at least one
 * @param extra terms added to the innermost denominator
 */
export function continuedFraction<V>(
  m: Arithmetic<V>,
  x: V,
  steps: readonly (readonly [a: number, b: number])[],
  ...extra: V[]
): V {
  let terms = extra;
  let result = x;
  for (const [a, b] of [...steps].reverse()) {
    const denominator = terms.reduce((sum, term) => m.add(sum, term), m.add(x, m.constant(b)));
    result = m.div(m.constant(a), denominator);
    terms = [result];
  }
  return result;
}
