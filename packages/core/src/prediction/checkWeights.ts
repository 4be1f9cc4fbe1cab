import { checkNumbers } from '../checkNumbers.js';
import { VardropError } from '../errors.js';
import { checkCount } from './checkCount.js';

/**
 * For the weights of rows: throws `VARDROP_TYPE` unless they are an array of numbers, `VARDROP_EMPTY` for none, `VARDROP_SHAPE`
 * unless there is one for each row, and `VARDROP_WEIGHT` for the first that is negative or not finite, or if all are 0.
 */
export function checkWeights(what: string, weights: ArrayLike<number>, rows: number): void {
  checkNumbers(what, weights, (row) => `in row ${row}`);
  checkCount(what, weights, rows, `one weight for each of the ${rows} rows`);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights[row];
    sum += weight;
    if (Number.isFinite(weight) && weight >= 0) continue;
    throw new VardropError(
      'VARDROP_WEIGHT',
      `${what}: got ${weight} in row ${row}, needs finite numbers from 0 upwards. Give 0 to rows that are to be left out.`,
    );
  }
  if (sum > 0 && Number.isFinite(sum)) return;
  throw new VardropError(
    'VARDROP_WEIGHT',
    `${what}: got the sum ${sum}, needs one that is positive and finite. Only ratios of weights count: scale them.`,
  );
}
