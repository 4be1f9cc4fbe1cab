import type { Arithmetic } from './arithmetic.js';

/** `Σ terms[i] xⁱ` by Horner's rule. */
export function polynomial<V>(m: Arithmetic<V>, x: V, terms: readonly number[]): V {
  const [last, ...others] = terms.map((term) => m.constant(term)).reverse();
  return others.reduce((sum, term) => m.add(m.mul(sum, x), term), last);
}
