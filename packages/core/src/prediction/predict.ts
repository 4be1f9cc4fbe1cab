import { allTensors } from '../allParameters.js';
import type { Tensor } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import type { Rows } from '../flattenRows.js';
import type { Model } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { OneOrNamed } from '../oneOrNamed.js';
import { readTensors } from '../readTensors.js';
import type { TensorMap } from '../tensorData.js';
import {
  createPredictor,
  type PredictorOptions,
  type PredictorRunOptions,
  predictorOptionNames,
  predictorOptionsElsewhere,
} from './createPredictor.js';
import { type InputStream, isInputStream, readInputBlocks } from './inputStream.js';
import { joinPredictions } from './joinPredictions.js';
import type { PredictionOf } from './prediction.js';
import { readInputs } from './readInputs.js';

/** Options of `predict`. */
export interface PredictOptions extends PredictorOptions, PredictorRunOptions {
  /**
   * Values of every parameter of the model and the likelihoods, as in `TrainingState`. A model with running statistics needs
   * those too: `{ ...state.parameters, ...state.carried }`.
   */
  readonly parameters: TensorMap<ArrayLike<number>>;
  /**
   * Datapoints of the model's input shape, one after another, row-major, or an array of rows; for a model with several inputs such
   * an array for each by its name. Numbers are rounded to float32. Or a stream of such blocks, which is read once (epoch 0).
   */
  readonly inputs: OneOrNamed<ArrayLike<number> | Rows> | InputStream;
}

/** The names of all options of `predict`. */
export const predictOptionNames: Readonly<Record<keyof PredictOptions, true>> = {
  ...predictorOptionNames,
  seed: true,
  row: true,
  signal: true,
  parameters: true,
  inputs: true,
};

/** What other libraries call these options. */
const elsewhere = { ...predictorOptionsElsewhere, state: 'Write parameters: state.parameters.' };

/**
 * Predicts with the average over `samples` draws of the noise (Monte-Carlo), or with the weights' means. The noise of a row
 * depends only on the seed, the sample and the row's index, so predictions do not depend on `batch`. Leaves nothing on the
 * backend. Inputs and parameters are copied before it returns its promise, so their arrays may be changed at once. Throws
 * what `readInputs` throws for inputs (`VARDROP_TYPE`, `VARDROP_INPUT`, `VARDROP_EMPTY`, `VARDROP_SHAPE`, `VARDROP_NON_FINITE`,
 * `VARDROP_INDEX`), `VARDROP_STATE` for parameters of another model, `VARDROP_MODEL` without a model, `VARDROP_OPTION` for
 * unknown options, and what `createPredictor` throws.
 */
export async function predict<Given extends Likelihoods>(
  model: Model<Given>,
  options: PredictOptions,
): Promise<NoInfer<PredictionOf<Given>>> {
  checkObject('VARDROP_MODEL', '[predict] model', model, 'apply', 'sequential()');
  checkOptionNames('predict', options, predictOptionNames, elsewhere);
  const { parameters, inputs: given, seed, row = 0, signal, ...forPredictor } = options;
  const { backend } = options;
  // Before anything is compiled or uploaded.
  checkSignal('predict', signal);
  signal?.throwIfAborted();
  const inMemory = isInputStream(given) ? undefined : readInputs('predict', model, given);
  const predictor = createPredictor(model, forPredictor);
  const read = readTensors('[predict] parameter', allTensors(model), parameters, {
    remedy: 'Use the model that the parameters were trained with.',
  });
  const uploaded: Record<string, Tensor> = {};
  try {
    for (const [name, { shape, data }] of Object.entries(read)) uploaded[name] = backend.upload(data, shape);
    // Without waiting for anything, since it copies the inputs.
    if (inMemory) return await predictor.run(uploaded, inMemory.inputs, { seed, row, signal });
    const predictions: PredictionOf<Given>[] = [];
    let first = row;
    for await (const { inputs, rows } of readInputBlocks(model, given as InputStream)) {
      predictions.push(await predictor.run(uploaded, inputs, { seed, row: first, signal }));
      first += rows;
    }
    return joinPredictions(predictions);
  } finally {
    disposeAll(backend, Object.values(uploaded));
    predictor.dispose();
  }
}
