import { checkOptionNames } from '../checkOptionNames.js';
import { checkProbabilities } from '../prediction/checkProbabilities.js';
import { meanOverRows } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/** Smallest normal float32, 2⁻¹²⁶. A backend may read smaller numbers as 0. */
const smallest = 2 ** -126;

/**
 * Mean of `−log p(label)` in nats for labels `[rows]` and class probabilities `[rows, classes]`. Averages of softmax values are
 * 0 only where float32 underflows, so a probability below 2⁻¹²⁶ counts as 2⁻¹²⁶. One row adds at most 87.3 nats, on every
 * backend. Throws what `checkProbabilities` and `checkWeights` throw, `VARDROP_OPTION` for unknown options.
 */
export function negativeLogLikelihood(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { readonly classes: number } & RowWeights,
): number {
  checkOptionNames('negativeLogLikelihood', options, { classes: true, weights: true });
  const { classes, weights } = options;
  checkProbabilities('negativeLogLikelihood', probabilities, labels, classes);
  return meanOverRows(
    'negativeLogLikelihood',
    labels.length,
    weights,
    (row) => -Math.log(Math.max(probabilities[row * classes + labels[row]], smallest)),
  );
}
