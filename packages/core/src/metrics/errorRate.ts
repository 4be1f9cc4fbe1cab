import { checkOptionNames } from '../checkOptionNames.js';
import { checkLabels } from '../prediction/checkLabels.js';
import { meanOverRows } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Share of rows whose predicted label is not the true one, in [0, 1]: one minus the accuracy. Throws what `checkLabels` throws
 * for either: labels are integers from 0 upwards, as many as predictions. Throws what `checkWeights` throws, `VARDROP_OPTION`
 * for unknown options.
 */
export function errorRate(predicted: ArrayLike<number>, labels: ArrayLike<number>, options: RowWeights = {}): number {
  checkOptionNames('errorRate', options, { weights: true });
  checkLabels('[errorRate] predicted', predicted, predicted?.length, Number.POSITIVE_INFINITY);
  checkLabels('[errorRate] labels', labels, predicted.length, Number.POSITIVE_INFINITY);
  return meanOverRows('errorRate', labels.length, options.weights, (row) => (predicted[row] === labels[row] ? 0 : 1));
}
