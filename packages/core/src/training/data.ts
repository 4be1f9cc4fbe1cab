import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Head } from '../heads.js';
import type { Model } from '../layers/model/model.js';
import { arraysOf, type OneOrNamed } from '../oneOrNamed.js';
import { checkLabels } from '../prediction/checkLabels.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { placeInRows } from '../prediction/placeInRows.js';
import { type ReadInputs, readInputs } from '../prediction/readInputs.js';
import { elementCount } from '../program/shapes.js';
import { toFloat32 } from '../toFloat32.js';

/**
 * Datapoints, row-major: `inputs` `[rows, …inputShape]` and `targets`, class labels `[rows]` for classification or values
 * `[rows, …outputShape]` for regression. A model with several inputs has an array for each by its name, and so have the targets
 * of a model with several outputs: `Dataset<NamedArrays, NamedArrays>`. They are never written to. A Float32Array is read in
 * place; any other array of numbers is copied and rounded to float32 once.
 */
export interface Dataset<
  Inputs extends OneOrNamed<ArrayLike<number>> = Float32Array,
  Targets extends OneOrNamed<ArrayLike<number>> = ArrayLike<number>,
> {
  readonly inputs: Inputs;
  readonly targets: Targets;
}

/** Arrays by the names of a model's inputs or outputs. */
export type NamedArrays = Readonly<Record<string, ArrayLike<number>>>;

/** Any data set that `fit` takes. */
export type AnyDataset = Dataset<OneOrNamed<ArrayLike<number>>, OneOrNamed<ArrayLike<number>>>;

/** A checked data set: inputs and values as float32, labels as given, all by name. */
export interface ReadDataset extends ReadInputs {
  readonly targets: NamedArrays;
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
 * numbers, `VARDROP_OPTION` for other properties, `VARDROP_INPUT` for names that the model does not have, `VARDROP_EMPTY`,
 * `VARDROP_SHAPE` for lengths that do not fit the model, `VARDROP_NON_FINITE` and `VARDROP_INDEX` (naming row and column) and
 * `VARDROP_LABEL` for labels that are not integers in [0, classes).
 */
export function readDataset(who: string, model: Model, heads: readonly Head[], data: AnyDataset): ReadDataset {
  if (typeof data !== 'object' || data === null || !('targets' in data && 'inputs' in data)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] data: got ${formatValue(data)}, needs { inputs, targets }: an array with the numbers of all rows, and an array with the labels or values of all rows.`,
    );
  }
  checkOptionNames(`${who}: data`, data, { inputs: true, targets: true }, elsewhere);
  const { inputs, rows } = readInputs(who, model, data.inputs);
  const names = heads.map(({ output }) => output.name);
  const arrays = arraysOf(`[${who}] targets`, data.targets, names, 'outputs');
  const targets = heads.map((head, i) => {
    const what = heads.length === 1 ? `[${who}] targets` : `[${who}] targets.${head.output.name}`;
    return [head.output.name, readTargets(what, head, arrays[i] as ArrayLike<number>, rows)] as const;
  });
  return { inputs, targets: Object.fromEntries(targets), rows };
}

function readTargets(what: string, { likelihood, output }: Head, given: ArrayLike<number>, rows: number) {
  const columns = elementCount(output.shape);
  if (likelihood.targets === 'labels') {
    checkLabels(what, given, rows, columns);
    return given;
  }
  checkTargets(what, given, rows, columns);
  return toFloat32(what, given, placeInRows(columns));
}

/** One minibatch as the training step takes it. Functions that take one accept any arrays of numbers as its `Data`. */
export interface Minibatch<Data extends ArrayLike<number> = Float32Array> {
  readonly rows: number;
  /** `[rows, …shape]` by the names of the model's inputs: `{ x: … }` for most models. */
  readonly inputs: Readonly<Record<string, Data>>;
  /** One-hot labels or values, `[rows, …shape]`, by the names of the model's outputs: `{ output: … }` for most models. */
  readonly targets: Readonly<Record<string, Data>>;
}

/** Copies the rows at `indices` out of a data set. */
export function gather(model: Model, heads: readonly Head[], data: ReadDataset, indices: Uint32Array): Minibatch {
  const inputs = model.inputs.map(
    ({ name, shape }) => [name, gatherRows(data.inputs[name], elementCount(shape), indices)] as const,
  );
  const targets = heads.map(({ output: { name, shape }, likelihood }) => {
    const columns = elementCount(shape);
    const given = data.targets[name];
    return [
      name,
      likelihood.targets === 'labels' ? oneHotRows(given, columns, indices) : gatherRows(given, columns, indices),
    ] as const;
  });
  return { rows: indices.length, inputs: Object.fromEntries(inputs), targets: Object.fromEntries(targets) };
}

function gatherRows(data: ArrayLike<number>, columns: number, indices: Uint32Array): Float32Array {
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
