import { checkNumbers } from './checkNumbers.js';
import { VardropError } from './errors.js';
import { isFloat32Array } from './isFloat32Array.js';

/**
 * The door for numbers that users hand in: a Float32Array passes as it is, other arrays of numbers are copied and rounded
 * to float32. Infinities and NaN pass too, for callers to refuse who do not want them. Throws `VARDROP_TYPE` for anything
 * else, and `VARDROP_NON_FINITE` for a number that is too large for float32. `place` says where an element is.
 */
export function toFloat32(
  what: string,
  values: unknown,
  place: (index: number) => string = (index) => `at ${index}`,
): Float32Array {
  if (isFloat32Array(values)) return values;
  checkNumbers(what, values, place);
  const rounded = Float32Array.from(values);
  for (let i = 0; i < rounded.length; i++) {
    if (Number.isFinite(rounded[i]) || !Number.isFinite(values[i])) continue;
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `${what}: got ${values[i]} ${place(i)}, needs numbers that float32 holds, up to 3.4e38. Rescale them.`,
    );
  }
  return rounded;
}
