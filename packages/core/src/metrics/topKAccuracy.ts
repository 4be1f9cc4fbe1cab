import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkProbabilities } from '../prediction/checkProbabilities.js';
import { meanOverRows } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Share of rows whose label is among the `k` most probable classes, in [0, 1], for probabilities `[rows, classes]`; the accuracy
 * for k = 1. Of equally probable classes the first comes first, as in the labels that `predict` gives. Throws `VARDROP_OPTION`
 * unless `k` is an integer from 1 to `classes` and for unknown options, and what `checkProbabilities` and `checkWeights` throw.
 */
export function topKAccuracy(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { readonly classes: number; readonly k: number } & RowWeights,
): number {
  checkOptionNames('topKAccuracy', options, { classes: true, k: true, weights: true });
  const { classes, k, weights } = options;
  checkProbabilities('topKAccuracy', probabilities, labels, classes);
  if (!Number.isInteger(k) || k < 1 || k > classes) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[topKAccuracy] k: got ${formatValue(k)}, needs an integer from 1 to the ${classes} classes.`,
    );
  }
  return meanOverRows('topKAccuracy', labels.length, weights, (row) => {
    const start = row * classes;
    const own = probabilities[start + labels[row]];
    let before = 0;
    for (let other = 0; other < classes; other++) {
      const p = probabilities[start + other];
      if (p > own || (p === own && other < labels[row])) before++;
    }
    return before < k ? 1 : 0;
  });
}
