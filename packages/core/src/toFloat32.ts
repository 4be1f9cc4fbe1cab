import { isFloat32Array } from './isFloat32Array.js';
import { roundToFloat32 } from './roundToFloat32.js';

/**
 * Reads numbers from the caller: a Float32Array is returned itself, other arrays of numbers are copied and rounded to float32.
 * Infinities and NaN are accepted here; functions that need finite numbers refuse them. Throws `VARDROP_TYPE` for anything
 * else, and `VARDROP_NON_FINITE` for a number that is too large for float32. `place` describes the position of an element.
 */
export function toFloat32(
  what: string,
  values: unknown,
  place: (index: number) => string = (index) => `at ${index}`,
): Float32Array {
  return isFloat32Array(values) ? values : roundToFloat32(what, values, place);
}
