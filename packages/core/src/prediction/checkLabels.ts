import { checkNumbers } from '../checkNumbers.js';
import { VardropError } from '../errors.js';
import { checkCount } from './checkCount.js';

/**
 * Throws `VARDROP_TYPE` unless labels are an array of numbers, `VARDROP_EMPTY` for none, `VARDROP_SHAPE` unless there is one
 * for each row, and `VARDROP_LABEL` for the first that is not an integer from 0 to `classes` − 1.
 */
export function checkLabels(what: string, labels: ArrayLike<number>, rows: number, classes: number): void {
  checkNumbers(what, labels, (row) => `in row ${row}`);
  checkCount(what, labels, rows, "one label for each of the rows (a class's number, not one-hot)");
  for (let row = 0; row < rows; row++) {
    const label = labels[row];
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    const needs = Number.isFinite(classes) ? `integers from 0 to ${classes - 1}` : 'integers from 0 upwards';
    throw new VardropError(
      'VARDROP_LABEL',
      `${what}: got the label ${label} in row ${row}, needs ${needs}. ${Number.isNaN(label) ? 'Remove or fill in what is missing' : 'Number the classes from 0, and give the last layer one unit per class'}.`,
    );
  }
}
