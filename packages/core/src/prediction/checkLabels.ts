import { VardropError } from '../errors.js';

/**
 * Number of classes of `probabilities` `[rows, classes]` for the rows that `labels` has. Throws `VARDROP_EMPTY` for no
 * labels, `VARDROP_SHAPE` for probabilities that are no whole rows of at least 2 classes, and `VARDROP_LABEL` for the
 * first label that is no integer from 0 to classes − 1.
 */
export function checkLabels(who: string, probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (labels.length === 0) {
    throw new VardropError('VARDROP_EMPTY', `[${who}] labels: got none, needs one for each row.`);
  }
  const classes = probabilities.length / labels.length;
  if (!Number.isInteger(classes) || classes < 2) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${who}] labels: got ${labels.length} of them for ${probabilities.length} probabilities, needs one for each row of 2 or more classes. Pass the labels of the rows that were predicted.`,
    );
  }
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new VardropError(
      'VARDROP_LABEL',
      `[${who}] labels: got ${label} in row ${row}, needs an integer from 0 to ${classes - 1}. Number the classes from 0.`,
    );
  }
  return classes;
}
