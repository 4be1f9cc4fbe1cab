/** Largest relative error of one rounding to float32: 2⁻²⁴. */
export const unitRoundoff = 2 ** -24;

/** Smallest positive normal float32. */
export const smallestNormal = 2 ** -126;

/** Smallest positive float32; half of it is the largest error of one rounding to a subnormal number. */
export const smallestSubnormal = 2 ** -149;

/** The least magnitude that rounds to infinity: halfway between the largest float32 and 2¹²⁸. */
export const overflowThreshold = (2 - unitRoundoff) * 2 ** 127;

/** Unit in the last place of float32 at `y`: `2^(floor(log₂|y|) − 23)`, and 2⁻¹⁴⁹ below 2⁻¹²⁶; NaN for ∞ and NaN. */
export function unitInLastPlace(y: number): number {
  const magnitude = Math.abs(y);
  if (magnitude < smallestNormal) return smallestSubnormal;
  if (!Number.isFinite(y)) return Number.NaN;
  // log2 may round up to a whole number just below a power of two.
  const exponent = Math.floor(Math.log2(magnitude));
  return 2 ** ((2 ** exponent > magnitude ? exponent - 1 : exponent) - 23);
}

/** Whether `x` is subnormal in float32: not 0, and smaller than 2⁻¹²⁶. */
export function isSubnormal(x: number): boolean {
  return x !== 0 && Math.abs(x) < smallestNormal;
}
