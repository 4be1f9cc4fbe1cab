import { checkNumbers } from '../checkNumbers.js';
import { VardropError } from '../errors.js';
import { checkCount } from './checkCount.js';
import { placeInRows } from './placeInRows.js';

/**
 * For targets `[rows, outputs]`: throws `VARDROP_TYPE` unless they are an array of numbers, `VARDROP_EMPTY` for none,
 * `VARDROP_SHAPE` for another number of them, and `VARDROP_NON_FINITE` for the first that is not finite, with its row and
 * column. With `skip`, NaN is a missing target.
 */
export function checkTargets(
  what: string,
  targets: ArrayLike<number>,
  rows: number,
  outputs: number,
  skip = false,
): void {
  const place = placeInRows(outputs);
  checkNumbers(what, targets, place);
  checkCount(what, targets, rows * outputs, `${outputs} for each of the ${rows} rows`);
  for (let i = 0; i < targets.length; i++) {
    if (Number.isFinite(targets[i]) || (skip && Number.isNaN(targets[i]))) continue;
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `${what}: got ${targets[i]} ${place(i)}, needs finite numbers. Remove or fill in what is missing.`,
    );
  }
}
