import { checkOptionNames } from '../checkOptionNames.js';
import { checkProbabilities } from '../prediction/checkProbabilities.js';
import { meanOverRows } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Mean squared distance of the probabilities `[rows, classes]` from the one-hot labels `[rows]`, summed over the classes, as in
 * Brier (1950): from 0 to 2, which is twice the form often used for two classes. Throws what `checkProbabilities` and
 * `checkWeights` throw, `VARDROP_OPTION` for unknown options.
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { readonly classes: number } & RowWeights,
): number {
  checkOptionNames('brierScore', options, { classes: true, weights: true });
  const { classes, weights } = options;
  checkProbabilities('brierScore', probabilities, labels, classes);
  return meanOverRows('brierScore', labels.length, weights, (row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += (probabilities[row * classes + k] - (labels[row] === k ? 1 : 0)) ** 2;
    return sum;
  });
}
