import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import { elementCount } from '../program/shapes.js';

/**
 * Number of rows in `inputs`, row-major datapoints of `inputShape`. Throws `VARDROP_TYPE` for anything but a
 * `Float32Array`, `VARDROP_EMPTY` for none, `VARDROP_SHAPE`
 * for a length that is no multiple of a row's, and `VARDROP_NON_FINITE` with the first row and column that is not a
 * finite number.
 */
export function checkInputs(who: string, inputs: Float32Array, inputShape: readonly number[]): number {
  const columns = elementCount(inputShape);
  // By its name, since pages and workers have a Float32Array each.
  const type = Object.prototype.toString.call(inputs).slice('[object '.length, -1);
  if (type !== 'Float32Array') {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] inputs: got ${type}, needs a Float32Array of rows of ${columns} numbers, row-major. Write Float32Array.from(rows.flat()), if need be.`,
    );
  }
  if (inputs.length === 0) {
    throw new VardropError('VARDROP_EMPTY', `[${who}] inputs: got none, needs at least one row of ${columns} numbers.`);
  }
  if (inputs.length % columns !== 0) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${who}] inputs: got ${inputs.length} numbers, needs a multiple of ${columns} for rows of shape [${inputShape.join(', ')}]. Pass whole rows, row-major.`,
    );
  }
  const bad = firstNonFinite(inputs);
  if (bad !== -1) {
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `[${who}] inputs: got ${inputs[bad]} in row ${Math.floor(bad / columns)}, column ${bad % columns}, needs finite numbers. Remove or fill in what is missing.`,
    );
  }
  return inputs.length / columns;
}
