import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/sequential.js';
import type { Likelihood } from '../likelihood.js';
import { checkInputs } from '../prediction/checkInputs.js';
import { elementCount } from '../program/shapes.js';

/**
 * Datapoints, row-major: `inputs` `[rows, …inputShape]` and `targets`, class labels `[rows]` for classification or
 * values `[rows, …outputShape]` for regression. They are read, never written to.
 */
export interface Dataset {
  readonly inputs: Float32Array;
  readonly targets: ArrayLike<number>;
}

/**
 * Checks a data set once, before anything is computed, and returns its number of rows. Throws `VARDROP_TYPE` where
 * inputs or targets are missing or not what they should be, `VARDROP_EMPTY`,
 * `VARDROP_SHAPE` for lengths that do not fit the model, `VARDROP_NON_FINITE` (naming row and column) and
 * `VARDROP_LABEL` for labels that are no integers in [0, classes).
 */
export function checkDataset(who: string, model: Model, likelihood: Likelihood, data: Dataset): number {
  const columns = elementCount(model.inputShape);
  if (typeof data !== 'object' || data === null || data.targets?.length === undefined) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] data: got ${typeof data === 'object' && data !== null ? 'no targets' : String(data)}, needs { inputs, targets }: a Float32Array of rows, and a label or values for each.`,
    );
  }
  const rows = checkInputs(who, data.inputs, model.inputShape);
  const outputs = elementCount(model.outputShape);
  const needed = likelihood.targets === 'labels' ? rows : rows * outputs;
  if (data.targets.length !== needed) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${who}] targets: got ${data.targets.length} values, needs ${needed} for the ${rows} rows of inputs (${data.inputs.length} values, ${columns} a row). Pass ${likelihood.targets === 'labels' ? "one label (a class's number, not one-hot)" : `${outputs} values`} a row.`,
    );
  }
  for (let i = 0; i < needed; i++) {
    const target = data.targets[i];
    if (likelihood.targets === 'labels') {
      if (!Number.isInteger(target) || target < 0 || target >= outputs) {
        throw new VardropError(
          'VARDROP_LABEL',
          `[${who}] targets: got the label ${formatValue(target)} in row ${i}, needs integers from 0 to ${outputs - 1}. Number the classes from 0, and give the last layer one unit a class.`,
        );
      }
    } else if (!Number.isFinite(Math.fround(target))) {
      throw new VardropError(
        'VARDROP_NON_FINITE',
        `[${who}] targets: got ${target} in row ${Math.floor(i / outputs)}, column ${i % outputs}, needs finite numbers that float32 holds. Remove or fill in the row.`,
      );
    }
  }
  return rows;
}

/** One minibatch as the training step takes it. */
export interface Minibatch {
  readonly rows: number;
  /** `[rows, …inputShape]`. */
  readonly x: Float32Array;
  /** One-hot labels or values, `[rows, …outputShape]`. */
  readonly y: Float32Array;
}

/** Copies the rows at `indices` out of a data set. */
export function gather(model: Model, likelihood: Likelihood, data: Dataset, indices: Uint32Array): Minibatch {
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
