import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import { elementCount } from '../program/shapes.js';
import { toFloat32 } from '../toFloat32.js';
import { placeInRows } from './placeInRows.js';

/**
 * Datapoints of `inputShape`, row-major, as float32, and their number. Throws what `toFloat32` throws, `VARDROP_EMPTY` for no
 * numbers, `VARDROP_SHAPE` unless they are whole rows, and `VARDROP_NON_FINITE` with the row and column of the first number
 * that is not finite.
 */
export function readInputs(
  who: string,
  inputs: ArrayLike<number>,
  inputShape: readonly number[],
): { readonly inputs: Float32Array; readonly rows: number } {
  const columns = elementCount(inputShape);
  const place = placeInRows(columns);
  const read = toFloat32(`[${who}] inputs`, inputs, place);
  if (read.length === 0) {
    throw new VardropError('VARDROP_EMPTY', `[${who}] inputs: got none, needs at least one row of ${columns} numbers.`);
  }
  if (read.length % columns !== 0) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${who}] inputs: got ${read.length} numbers, needs a multiple of ${columns} for rows of shape [${inputShape.join(', ')}]. Pass whole rows, row-major.`,
    );
  }
  const bad = firstNonFinite(read);
  if (bad !== -1) {
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `[${who}] inputs: got ${read[bad]} ${place(bad)}, needs finite numbers. Remove or fill in what is missing.`,
    );
  }
  return { inputs: read, rows: read.length / columns };
}
