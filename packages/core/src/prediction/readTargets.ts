import { checkNumbers } from '../checkNumbers.js';
import { VardropError } from '../errors.js';
import type { Head } from '../likelihoods/heads.js';
import { missingTarget } from '../likelihoods/missing.js';
import { elementCount } from '../program/shapes.js';
import { toFloat32 } from '../toFloat32.js';
import { checkCount } from './checkCount.js';
import { checkLabels } from './checkLabels.js';
import { checkTargets } from './checkTargets.js';
import { placeInRows } from './placeInRows.js';

/** Probabilities of a row may miss a sum of 1 by this, since they may come from float32 or from a table with few digits. */
const sumTolerance = 1e-3;

/**
 * Checks the targets of one output for its likelihood. Labels `[rows]` are returned as they are; all others as float32 `[rows,
 * …targetShape]`, with NaN for those that may be missing.
 *
 * Throws what `checkNumbers` throws, `VARDROP_EMPTY`, `VARDROP_SHAPE` for another number of them, `VARDROP_LABEL` for labels that are
 * not integers in [0, classes), `VARDROP_PROBABILITY` for probabilities outside [0, 1] or of a sum other than 1, `VARDROP_COUNT` for
 * counts that are not whole numbers from 0, `VARDROP_NON_FINITE` for values that are not finite. All name row and column.
 */
export function readTargets(
  what: string,
  { likelihood, targetShape }: Pick<Head, 'likelihood' | 'targetShape'>,
  given: unknown,
  rows: number,
): ArrayLike<number> {
  const columns = elementCount(targetShape);
  const place = placeInRows(columns);
  checkNumbers(what, given, place);
  switch (likelihood.targets) {
    case 'labels': {
      if (given.length !== rows * columns) {
        checkLabels(what, given, rows, columns);
        return given;
      }
      checkProbabilities(what, given, place);
      checkSums(what, given, rows, columns);
      return toFloat32(what, given, place);
    }
    case 'binary':
      checkCount(what, given, rows * columns, `${columns} for each of the ${rows} rows, 0 or 1`);
      checkProbabilities(what, given, place, likelihood.missing === 'skip');
      return toFloat32(what, given, place);
    case 'values':
    case 'counts': {
      const skip = likelihood.missing === 'skip';
      checkTargets(what, given, rows, columns, skip);
      if (likelihood.targets === 'counts') checkCounts(what, given, place, skip);
      return toFloat32(what, given, place);
    }
  }
}

/** The rows at `indices` of the targets that `readTargets` has returned, as programs take them: `[rows, …targetShape]`. */
export function gatherTargets(
  { likelihood, targetShape }: Pick<Head, 'likelihood' | 'targetShape'>,
  read: ArrayLike<number>,
  rows: number,
  indices: Uint32Array,
): Float32Array {
  const columns = elementCount(targetShape);
  if (likelihood.targets === 'labels' && read.length === rows) return oneHotRows(read, columns, indices);
  const gathered = gatherRows(read, columns, indices);
  if (likelihood.missing !== 'skip') return gathered;
  return gathered.map((value) => (Number.isNaN(value) ? missingTarget : value));
}

/** Copies the rows at `indices`. */
export function gatherRows(data: ArrayLike<number>, columns: number, indices: Uint32Array): Float32Array {
  const rows = new Float32Array(indices.length * columns);
  const inPlace = data instanceof Float32Array ? data : undefined;
  indices.forEach((source, row) => {
    if (inPlace) rows.set(inPlace.subarray(source * columns, (source + 1) * columns), row * columns);
    else for (let k = 0; k < columns; k++) rows[row * columns + k] = data[source * columns + k];
  });
  return rows;
}

function oneHotRows(labels: ArrayLike<number>, classes: number, indices: Uint32Array): Float32Array {
  const rows = new Float32Array(indices.length * classes);
  indices.forEach((source, row) => {
    rows[row * classes + labels[source]] = 1;
  });
  return rows;
}

function checkProbabilities(
  what: string,
  given: ArrayLike<number>,
  place: (index: number) => string,
  skip = false,
): void {
  for (let i = 0; i < given.length; i++) {
    if ((given[i] >= 0 && given[i] <= 1) || (skip && Number.isNaN(given[i]))) continue;
    const remedy = Number.isNaN(given[i]) ? ' Remove or fill in what is missing.' : '';
    throw new VardropError(
      'VARDROP_PROBABILITY',
      `${what}: got ${given[i]} ${place(i)}, needs 0, 1, or probabilities between them.${remedy}`,
    );
  }
}

function checkSums(what: string, given: ArrayLike<number>, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += given[row * columns + k];
    if (Math.abs(sum - 1) <= sumTolerance) continue;
    throw new VardropError(
      'VARDROP_PROBABILITY',
      `${what}: got probabilities whose sum is ${sum.toPrecision(6)} in row ${row}, needs a sum of 1. Divide each row by its sum, or give the label of each row.`,
    );
  }
}

function checkCounts(what: string, given: ArrayLike<number>, place: (index: number) => string, skip: boolean): void {
  for (let i = 0; i < given.length; i++) {
    const value = given[i];
    if ((Number.isInteger(value) && value >= 0) || (skip && Number.isNaN(value))) continue;
    throw new VardropError('VARDROP_COUNT', `${what}: got ${value} ${place(i)}, needs whole numbers from 0 upwards.`);
  }
}
