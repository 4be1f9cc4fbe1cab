import { checkOptionNames } from '../checkOptionNames.js';
import { checkLabels } from '../prediction/checkLabels.js';
import { meanOverRows } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/** Share of rows whose predicted label is the true one, in [0, 1]. Throws what `errorRate` throws. */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>, options: RowWeights = {}): number {
  checkOptionNames('accuracy', options, { weights: true });
  checkLabels('[accuracy] predicted', predicted, predicted?.length, Number.POSITIVE_INFINITY);
  checkLabels('[accuracy] labels', labels, predicted.length, Number.POSITIVE_INFINITY);
  return meanOverRows('accuracy', labels.length, options.weights, (row) => (predicted[row] === labels[row] ? 1 : 0));
}
