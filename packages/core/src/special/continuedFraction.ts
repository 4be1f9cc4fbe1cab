import type { Arithmetic } from './arithmetic.js';

/**
 * The continued fraction `a₁/(x + b₁ + a₂/(x + b₂ + …))`. It takes three operations per step (two for the last step,
 * unless it has an `extra` term). Horner's rule for numerator and denominator would take four per degree, and powers of
 * `x` could overflow.
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
