/** The largest part of `Σ|a||b|` that a bound may be and still say something about a result. */
const meaningfulPart = 1e-3;

/**
 * Whether a bound says something: it is at most a thousandth of `magnitude` (as the function of that name gives it),
 * or so small (2⁻¹⁰⁰) that only numbers next to underflow pass. A check should count the bounds that do not.
 */
export function meaningful(bound: number, magnitude: number): boolean {
  return Number.isFinite(bound) && (bound <= meaningfulPart * magnitude || bound <= 2 ** -100);
}
