import { isFloat32Array } from './isFloat32Array.js';
import { roundToFloat32 } from './roundToFloat32.js';

/** Like `toFloat32`, but always a copy, since the caller may write to the given array later. Throws what `toFloat32` throws. */
export function copyFloat32(
  what: string,
  values: unknown,
  place: (index: number) => string = (index) => `at ${index}`,
): Float32Array<ArrayBuffer> {
  return isFloat32Array(values) ? values.slice() : roundToFloat32(what, values, place);
}
