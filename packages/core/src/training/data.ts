import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { flattenRows, type Rows } from '../flattenRows.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import type { Head } from '../likelihoods/heads.js';
import { arraysOf, type OneOrNamed } from '../oneOrNamed.js';
import { checkCount } from '../prediction/checkCount.js';
import { type ReadInputs, readInputs } from '../prediction/readInputs.js';
import { gatherRows, gatherTargets, readTargets } from '../prediction/readTargets.js';
import { elementCount } from '../program/shapes.js';
import { toFloat32 } from '../toFloat32.js';
import type { Minibatch } from './minibatch.js';

/**
 * Datapoints, row-major: `inputs` `[rows, …inputShape]` and `targets`, class labels `[rows]` or probabilities `[rows, classes]` for
 * classification, values `[rows, …targetShape]` for other likelihoods. A model with several inputs has an array for each by its name, and so have the targets
 * of a model with several outputs: `Dataset<NamedArrays, NamedArrays>`. They are never written to. A Float32Array is read in
 * place; any other array of numbers, or array of rows, is copied and rounded to float32 once.
 */
export interface Dataset<
  Inputs extends OneOrNamed<ArrayLike<number> | Rows> = Float32Array,
  Targets extends OneOrNamed<ArrayLike<number> | Rows> = ArrayLike<number>,
> {
  readonly inputs: Inputs;
  readonly targets: Targets;
  /**
   * A weight for each row, not negative: how much its log likelihood counts in the bound, whose N is then the sum of the weights.
   * Only their ratios to each other and to the KL matter. Default: 1 each.
   */
  readonly weights?: ArrayLike<number>;
}

/** Arrays by the names of a model's inputs or outputs. */
export type NamedArrays = Readonly<Record<string, ArrayLike<number>>>;

/** Any data set that `fit` takes. */
export type AnyDataset = Dataset<OneOrNamed<ArrayLike<number> | Rows>, OneOrNamed<ArrayLike<number> | Rows>>;

/** A checked data set: inputs and values as float32, labels as given, all by name. */
export interface ReadDataset extends ReadInputs {
  readonly targets: NamedArrays;
  readonly weights?: Float32Array;
  /** The sum of the weights, or the number of rows. */
  readonly weightSum: number;
}

/** Names that other libraries use for these, or beside them. */
const elsewhere = {
  x: 'Write inputs.',
  y: 'Write targets.',
  labels: 'Write targets.',
  sampleWeights: 'Write weights.',
  sampleWeight: 'Write weights.',
  classWeight: 'Write weights: classWeights(targets, …).',
};

/**
 * Checks a data set once, before anything is computed. Throws `VARDROP_TYPE` if inputs or targets are missing or not arrays of
 * numbers, `VARDROP_OPTION` for other properties, `VARDROP_INPUT` for names that the model does not have, `VARDROP_EMPTY`,
 * `VARDROP_SHAPE` for lengths that do not fit the model, `VARDROP_NON_FINITE` and `VARDROP_INDEX` (naming row and column) and
 * `VARDROP_LABEL` for labels that are not integers in [0, classes), `VARDROP_WEIGHT` for weights that are none, and what
 * `readTargets` throws.
 */
export function readDataset(who: string, model: Model, heads: readonly Head[], data: AnyDataset): ReadDataset {
  if (typeof data !== 'object' || data === null || !('targets' in data && 'inputs' in data)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] data: got ${formatValue(data)}, needs { inputs, targets }: an array with the numbers of all rows, and an array with the labels or values of all rows.`,
    );
  }
  checkOptionNames(`${who}: data`, data, { inputs: true, targets: true, weights: true }, elsewhere);
  const { inputs, rows } = readInputs(who, model, data.inputs);
  const names = heads.map(({ output }) => output.name);
  const arrays = arraysOf(`[${who}] targets`, data.targets, names, 'outputs');
  const targets = heads.map((head, i) => {
    const what = heads.length === 1 ? `[${who}] targets` : `[${who}] targets.${head.output.name}`;
    return [
      head.output.name,
      readTargets(what, head, flattenRows(what, arrays[i], elementCount(head.targetShape)), rows),
    ] as const;
  });
  const weights = data.weights === undefined ? undefined : readWeights(`[${who}] weights`, data.weights, rows);
  const weightSum = weights ? weights.reduce((sum, weight) => sum + weight, 0) : rows;
  return { inputs, targets: Object.fromEntries(targets), rows, weightSum, ...(weights && { weights }) };
}

function readWeights(what: string, given: ArrayLike<number>, rows: number): Float32Array {
  const weights = toFloat32(what, given, (row) => `in row ${row}`);
  checkCount(what, weights, rows, 'one for each of the rows');
  const refuse = (got: string): never => {
    throw new VardropError(
      'VARDROP_WEIGHT',
      `${what}: got ${got}, needs finite numbers that are not negative, and one above 0.`,
    );
  };
  const bad = weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (bad !== -1) refuse(`${weights[bad]} in row ${bad}`);
  if (weights.every((weight) => weight === 0)) refuse('only 0');
  return weights;
}

/**
 * Copies the rows at `indices` out of a data set. `weightScale` multiplies their weights; as it is by default, the mean over all rows
 * is 1.
 */
export function gather(
  model: Model,
  heads: readonly Head[],
  data: ReadDataset,
  indices: Uint32Array,
  weightScale = data.rows / data.weightSum,
): Minibatch {
  const inputs = model.inputs.map(
    ({ name, shape }) => [name, gatherRows(data.inputs[name], elementCount(shape), indices)] as const,
  );
  const targets = heads.map((head) => {
    const { name } = head.output;
    return [name, gatherTargets(head, data.targets[name], data.rows, indices)] as const;
  });
  const { weights } = data;
  return {
    rows: indices.length,
    inputs: Object.fromEntries(inputs),
    targets: Object.fromEntries(targets),
    ...(weights && { weights: gatherRows(weights, 1, indices).map((weight) => weight * weightScale) }),
  };
}
