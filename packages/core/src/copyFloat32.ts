import { isFloat32Array } from './isFloat32Array.js';
import { roundToFloat32 } from './roundToFloat32.js';

/** As `toFloat32`, but never the array that was handed in, which may be written to later. Throws what that throws. */
export function copyFloat32(
  what: string,
  values: unknown,
  place: (index: number) => string = (index) => `at ${index}`,
): Float32Array<ArrayBuffer> {
  return isFloat32Array(values) ? values.slice() : roundToFloat32(what, values, place);
}
