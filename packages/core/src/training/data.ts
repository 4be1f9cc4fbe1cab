import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model.js';
import type { Likelihood } from '../likelihood.js';
import { checkLabels } from '../prediction/checkLabels.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { placeInRows } from '../prediction/placeInRows.js';
import { readInputs } from '../prediction/readInputs.js';
import { elementCount } from '../program/shapes.js';
import { toFloat32 } from '../toFloat32.js';

/**
 * Datapoints, row-major: `inputs` `[rows, …inputShape]` and `targets`, class labels `[rows]` for classification or values
 * `[rows, …outputShape]` for regression. They are never written to. A Float32Array is read in place; any other array of numbers
 * is copied and rounded to float32 once.
 */
export interface Dataset<Data extends ArrayLike<number> = Float32Array> {
  readonly inputs: Data;
  readonly targets: ArrayLike<number>;
}

/** A checked data set: values as float32, labels as given. */
export interface ReadDataset extends Dataset {
  readonly rows: number;
}

const noRowWeights =
  'Weights of rows are not supported. A custom likelihood can weight classes (docs/apps.md, "Other tasks").';

/** Names that other libraries use for these, or beside them. */
const elsewhere = {
  x: 'Write inputs.',
  y: 'Write targets.',
  labels: 'Write targets.',
  weights: noRowWeights,
  sampleWeights: noRowWeights,
  sampleWeight: noRowWeights,
};

/**
 * Checks a data set once, before anything is computed. Throws `VARDROP_TYPE` if inputs or targets are missing or not arrays of
 * numbers, `VARDROP_OPTION` for other properties, `VARDROP_EMPTY`, `VARDROP_SHAPE` for lengths that do not fit the model,
 * `VARDROP_NON_FINITE` (naming row and column) and `VARDROP_LABEL` for labels that are not integers in [0, classes).
 */
export function readDataset(
  who: string,
  model: Model,
  likelihood: Likelihood,
  data: Dataset<ArrayLike<number>>,
): ReadDataset {
  if (typeof data !== 'object' || data === null || !('targets' in data && 'inputs' in data)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] data: got ${formatValue(data)}, needs { inputs, targets }: an array with the numbers of all rows, and an array with the labels or values of all rows.`,
    );
  }
  checkOptionNames(`${who}: data`, data, { inputs: true, targets: true }, elsewhere);
  const { inputs, rows } = readInputs(who, data.inputs, model.inputShape);
  const outputs = elementCount(model.outputShape);
  if (likelihood.targets === 'labels') {
    checkLabels(`[${who}] targets`, data.targets, rows, outputs);
    return { inputs, targets: data.targets, rows };
  }
  checkTargets(`[${who}] targets`, data.targets, rows, outputs);
  return { inputs, targets: toFloat32(`[${who}] targets`, data.targets, placeInRows(outputs)), rows };
}

/** One minibatch as the training step takes it. Functions that take one accept any arrays of numbers as its `Data`. */
export interface Minibatch<Data extends ArrayLike<number> = Float32Array> {
  readonly rows: number;
  /** `[rows, …inputShape]`. */
  readonly x: Data;
  /** One-hot labels or values, `[rows, …outputShape]`. */
  readonly y: Data;
}

/** Copies the rows at `indices` out of a data set. */
export function gather(model: Model, likelihood: Likelihood, data: ReadDataset, indices: Uint32Array): Minibatch {
  const columns = elementCount(model.inputShape);
  const outputs = elementCount(model.outputShape);
  const x = new Float32Array(indices.length * columns);
  const y = new Float32Array(indices.length * outputs);
  indices.forEach((source, row) => {
    x.set(data.inputs.subarray(source * columns, (source + 1) * columns), row * columns);
    if (likelihood.targets === 'labels') y[row * outputs + data.targets[source]] = 1;
    else for (let k = 0; k < outputs; k++) y[row * outputs + k] = data.targets[source * outputs + k];
  });
  return { rows: indices.length, x, y };
}
