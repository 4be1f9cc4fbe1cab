import { toFloat32 } from './toFloat32.js';

/** As `toFloat32`, but never the array that was handed in, which may be written to later. Throws what that throws. */
export function copyFloat32(what: string, values: unknown): Float32Array {
  const read = toFloat32(what, values);
  return read === values ? read.slice() : read;
}
