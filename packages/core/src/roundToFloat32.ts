import { checkNumbers } from './checkNumbers.js';
import { VardropError } from './errors.js';

/**
 * A copy of numbers from the caller, rounded to float32. Throws `VARDROP_TYPE` for anything but arrays of numbers and
 * `VARDROP_NON_FINITE` for a number that is too large for float32. `place` describes the position of an element.
 */
export function roundToFloat32(
  what: string,
  values: unknown,
  place: (index: number) => string,
): Float32Array<ArrayBuffer> {
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
