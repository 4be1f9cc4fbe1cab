import { VardropError } from '../errors.js';
import type { Model } from '../layers/model/model.js';
import { type Preprocessing, preprocess, preprocessInputs } from '../preprocessing/index.js';
import type { Dataset, NamedArrays } from '../training/index.js';
import { type TableOrRows, tableOf } from './rows.js';
import { targetRules } from './targetRules.js';

/** The inputs of a table. Throws `VARDROP_PREPROCESSING` for a network without preprocessing, and what `preprocessInputs` throws. */
export function inputsOf(who: string, preprocessing: Preprocessing | undefined, given: TableOrRows): Float32Array {
  if (preprocessing === undefined) throw withoutPreprocessing(who);
  return preprocessInputs(preprocessing, tableOf(given));
}

/**
 * The inputs, targets and weights of a table. Throws `VARDROP_PREPROCESSING` without preprocessing or with one that does not fit
 * the model or has no targets, and what `preprocess` throws.
 */
export function datasetOf(
  who: string,
  model: Model,
  preprocessing: Preprocessing | undefined,
  given: TableOrRows,
): Dataset<Float32Array, NamedArrays> {
  if (preprocessing === undefined) throw withoutPreprocessing(who);
  const of = targetRules(model, preprocessing);
  const { inputs: modelInputs } = model;
  if (modelInputs[0].shape.length > 1) {
    throw new VardropError(
      'VARDROP_PREPROCESSING',
      `[${who}] data: got a table for a model of series, needs windows of it. Write data: windows(preprocess(preprocessing, table), { steps, length }), with windows of @vardrop/data.`,
    );
  }
  if (of.length === 0) {
    throw new VardropError(
      'VARDROP_PREPROCESSING',
      `[${who}] preprocessing: got one without targets, needs those of the model. Write fitPreprocessing(table, { targets: 'price' }).`,
    );
  }
  const table = tableOf(given);
  const { inputs, targets, weights } = preprocess(preprocessing, table);
  const width = preprocessing.targets.length;
  const named = of.map(({ head, places }) => {
    const own = Float32Array.from({ length: table.rows * places.length }, (_, i) => {
      const row = Math.floor(i / places.length);
      return targets[row * width + places[i % places.length]];
    });
    return [head.output.name, own] as const;
  });
  return { inputs, targets: Object.fromEntries(named), ...(weights && { weights }) };
}

function withoutPreprocessing(who: string): VardropError {
  return new VardropError(
    'VARDROP_PREPROCESSING',
    `[${who}] data: got a table or rows by name, needs a preprocessing for it. Write preprocessing: fitPreprocessing(table, { targets: 'price' }) for fit or createNetwork.`,
  );
}
