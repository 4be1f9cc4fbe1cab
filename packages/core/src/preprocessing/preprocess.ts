import { checkTable } from './checkTable.js';
import { widthOf } from './inputNames.js';
import type { ColumnRule, Preprocessing, TargetRule } from './preprocessing.js';
import { columnReader, type Put, standardized } from './readColumn.js';
import type { Table } from './table.js';

/** Rows of a table as a network takes them, row-major: a data set for `fit`. */
export interface PreprocessedRows {
  /** `[rows, width]`, with the columns of `inputNames`. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** `[rows, columns]`: standardized numbers, indices of categories, counts; NaN where a target is missing. */
  readonly targets: Float32Array<ArrayBuffer>;
  /** `[rows]` */
  readonly weights?: Float32Array<ArrayBuffer>;
}

/**
 * Inputs, targets and weights of a table, by a preprocessing that was learned from the training part. Columns are found by
 * their names; others are ignored. Numbers that are missing become the mean of the training part.
 *
 * Throws errors that name file, row and column: `VARDROP_COLUMN` for a missing column, with the names that are near it,
 * `VARDROP_COLUMN_KIND` for a value of another kind than in training, `VARDROP_CATEGORY` for a category that was never seen,
 * `VARDROP_MISSING` for a missing category in a column that had none missing, for a target and for a weight,
 * `VARDROP_NON_FINITE`, `VARDROP_COUNTS`, `VARDROP_WEIGHTS`, and `VARDROP_TYPE` and `VARDROP_ROW_LENGTH` for what is not a table.
 */
export function preprocess(preprocessing: Preprocessing, table: Table): PreprocessedRows {
  checkTable('preprocess', table);
  const read = columnReader('preprocess', preprocessing, table);
  const inputs = fillInputs('preprocess', preprocessing, table);
  const { targets: rules, weights: name } = preprocessing;
  const targets = new Float32Array(table.rows * rules.length);
  rules.forEach((rule, i) => {
    read(rule, putTarget(rule, targets, i, rules.length));
  });
  if (name === undefined) return { inputs, targets };
  const weights = new Float32Array(table.rows);
  read({ name, kind: 'counts', missing: false }, putWeight(weights));
  return { inputs, targets, weights };
}

/**
 * Inputs `[rows, width]` of a table that needs no columns of targets and weights, as for predictions. Throws what `preprocess`
 * throws.
 */
export function preprocessInputs(preprocessing: Preprocessing, table: Table): Float32Array<ArrayBuffer> {
  checkTable('preprocessInputs', table);
  return fillInputs('preprocessInputs', preprocessing, table);
}

function fillInputs(who: string, preprocessing: Preprocessing, table: Table): Float32Array<ArrayBuffer> {
  const read = columnReader(who, preprocessing, table);
  const widths = preprocessing.columns.map(widthOf);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const inputs = new Float32Array(table.rows * width);
  let at = 0;
  preprocessing.columns.forEach((rule, i) => {
    read(rule, putInput(rule, inputs.subarray(at), width, widths[i]));
    at += widths[i];
  });
  return inputs;
}

/** Writes a column's own inputs at the beginning of each row of `inputs`. */
function putInput(rule: ColumnRule, inputs: Float32Array, width: number, own: number): Put {
  return (row, value, refuse) => {
    const start = row * width;
    if (value === undefined) {
      if (rule.missing) inputs[start + own - 1] = 1;
      else if (rule.kind === 'category') {
        refuse(row, 'VARDROP_MISSING', 'a category. None was missing in the training part');
      }
    } else if (rule.kind === 'category') {
      if (own > 0) inputs[start + value] = 1;
    } else if (rule.deviation > 0) {
      inputs[start] = standardized(rule, value, row, refuse);
    }
  };
}

function putTarget(rule: TargetRule, targets: Float32Array, at: number, width: number): Put {
  return (row, value, refuse) => {
    if (value === undefined) {
      if (rule.kind === 'category' || !rule.missing) refuse(row, 'VARDROP_MISSING', 'a target');
      targets[row * width + at] = Number.NaN;
    } else if (rule.kind === 'counts' && !(Number.isInteger(value) && value >= 0)) {
      refuse(row, 'VARDROP_COUNTS', 'a whole number that is not negative');
    } else {
      targets[row * width + at] = rule.kind === 'category' ? value : standardized(rule, value, row, refuse);
    }
  };
}

function putWeight(weights: Float32Array): Put {
  return (row, value, refuse) => {
    if (value === undefined) refuse(row, 'VARDROP_MISSING', 'a weight');
    else if (value < 0) refuse(row, 'VARDROP_WEIGHTS', 'a weight that is not negative');
    else if (!Number.isFinite(Math.fround(value))) refuse(row, 'VARDROP_NON_FINITE', 'a number within float32');
    else weights[row] = value;
  };
}
