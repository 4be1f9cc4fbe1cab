import { VardropError } from '../errors.js';
import { checkWeights } from '../prediction/checkWeights.js';

/** Mean of `measure(row)`, weighted where there are weights. Throws what `checkWeights` throws. */
export function meanOverRows(
  who: string,
  rows: number,
  weights: ArrayLike<number> | undefined,
  measure: (row: number) => number,
): number {
  if (weights !== undefined) checkWeights(`[${who}] weights`, weights, rows);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    total += weight;
    sum += weight * measure(row);
  }
  return sum / total;
}

/**
 * Mean of `measure(i)` over `count` numbers, which are rows of one or more. Throws what `checkWeights` throws, and
 * `VARDROP_SHAPE` unless `count` is a multiple of the number of weights.
 */
export function meanOverValues(
  who: string,
  count: number,
  weights: ArrayLike<number> | undefined,
  measure: (i: number) => number,
): number {
  const rows = weights?.length ?? 0;
  if (rows === 0) return meanOverRows(who, count, weights, measure);
  const columns = count / rows;
  if (!Number.isInteger(columns)) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${who}] weights: got ${rows} for ${count} targets, needs one for each row. Pass those of the same rows, in their order.`,
    );
  }
  return meanOverRows(who, rows, weights, (row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += measure(i);
    return sum / columns;
  });
}
