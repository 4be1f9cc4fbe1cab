/** The largest part of `Σ|a||b|` at which a bound still says something about a result. */
const meaningfulPart = 1e-3;

/**
 * Whether a bound is small enough to say something: at most a thousandth of `magnitude` (from the function of that
 * name), or at most 2⁻¹⁰⁰, which only numbers close to underflow pass. A check should count the other bounds.
 */
export function meaningful(bound: number, magnitude: number): boolean {
  return Number.isFinite(bound) && (bound <= meaningfulPart * magnitude || bound <= 2 ** -100);
}
