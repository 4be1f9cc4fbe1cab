import { checkNumbers } from '../checkNumbers.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkLabels } from './checkLabels.js';
import { placeInRows } from './placeInRows.js';

/**
 * For probabilities `[rows, classes]` and the labels of their rows: throws `VARDROP_OPTION` unless `classes` is an integer ≥ 2,
 * `VARDROP_TYPE` unless both are arrays of numbers, `VARDROP_SHAPE` unless the probabilities are whole rows,
 * `VARDROP_NON_FINITE` for the first that is not finite, and what `checkLabels` throws.
 */
export function checkProbabilities(
  who: string,
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): void {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] classes: got ${formatValue(classes)}, needs the number of classes, 2 or more. Write { classes: prediction.classes }.`,
    );
  }
  const place = placeInRows(classes);
  checkNumbers(`[${who}] probabilities`, probabilities, place);
  if (probabilities.length % classes !== 0) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${who}] probabilities: got ${probabilities.length} of them, needs a multiple of the ${classes} classes. Pass whole rows, row-major.`,
    );
  }
  checkLabels(`[${who}] labels`, labels, probabilities.length / classes, classes);
  for (let i = 0; i < probabilities.length; i++) {
    if (Number.isFinite(probabilities[i])) continue;
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `[${who}] probabilities: got ${probabilities[i]} ${place(i)}, needs finite numbers.`,
    );
  }
}
