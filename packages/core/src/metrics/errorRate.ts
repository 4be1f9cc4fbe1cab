import { checkLabels } from '../prediction/checkLabels.js';

/**
 * Share of rows whose predicted label is not the true one, in [0, 1]. Throws what `checkLabels` throws for either: labels are
 * integers from 0 upwards, as many as predictions.
 */
export function errorRate(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkLabels('[errorRate] predicted', predicted, predicted?.length, Number.POSITIVE_INFINITY);
  checkLabels('[errorRate] labels', labels, predicted.length, Number.POSITIVE_INFINITY);
  let wrong = 0;
  for (let row = 0; row < labels.length; row++) if (predicted[row] !== labels[row]) wrong++;
  return wrong / labels.length;
}
