import { VardropError } from '../errors.js';

/**
 * Share of rows whose predicted label is not the true one, in [0, 1]. Throws `VARDROP_EMPTY` for no labels and
 * `VARDROP_SHAPE` for another number of them than was predicted.
 */
export function errorRate(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (labels.length === 0) {
    throw new VardropError('VARDROP_EMPTY', '[errorRate] labels: got none, needs one for each row.');
  }
  if (predicted.length !== labels.length) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[errorRate] labels: got ${labels.length} of them for ${predicted.length} predictions, needs as many. Pass the labels of the rows that were predicted.`,
    );
  }
  let wrong = 0;
  for (let row = 0; row < labels.length; row++) if (predicted[row] !== labels[row]) wrong++;
  return wrong / labels.length;
}
