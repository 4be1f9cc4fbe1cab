import { isFloat32Array } from './isFloat32Array.js';
import { roundToFloat32 } from './roundToFloat32.js';

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
  return isFloat32Array(values) ? values : roundToFloat32(what, values, place);
}
