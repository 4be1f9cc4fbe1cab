import { allTensors } from '../allParameters.js';
import type { Tensor } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import type { Model } from '../layers/model.js';
import { categorical, type Likelihood, type TargetKind } from '../likelihood.js';
import { readTensors } from '../readTensors.js';
import type { TensorMap } from '../tensorData.js';
import {
  createPredictor,
  type PredictorOptions,
  type PredictorRunOptions,
  predictorOptionNames,
  predictorOptionsElsewhere,
} from './createPredictor.js';
import type { Prediction } from './prediction.js';
import { readInputs } from './readInputs.js';

/** Options of `predict`. */
export interface PredictOptions<Targets extends TargetKind = TargetKind>
  extends PredictorOptions<Targets>,
    PredictorRunOptions {
  /** Values of every parameter of the model and the likelihood, as in `TrainingState`. */
  readonly parameters: TensorMap<ArrayLike<number>>;
  /** Datapoints of the model's input shape, one after another, row-major. Numbers are rounded to float32. */
  readonly inputs: ArrayLike<number>;
}

const optionNames: Readonly<Record<keyof PredictOptions, true>> = {
  ...predictorOptionNames,
  seed: true,
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
 * `VARDROP_TYPE` for inputs that are not an array of numbers, `VARDROP_EMPTY` for no inputs, `VARDROP_SHAPE` unless they are
 * whole rows, `VARDROP_NON_FINITE` unless they are finite, `VARDROP_STATE` for parameters of another model, `VARDROP_MODEL`
 * without a model, `VARDROP_OPTION` for unknown options, and what `createPredictor` throws.
 */
export async function predict<Targets extends TargetKind = 'labels'>(
  model: Model,
  options: PredictOptions<Targets>,
): Promise<Prediction<Targets>> {
  checkObject('VARDROP_MODEL', '[predict] model', model, 'apply', 'sequential()');
  checkOptionNames('predict', options, optionNames, elsewhere);
  const { parameters, inputs: given, seed, signal, ...forPredictor } = options;
  const { backend } = options;
  const { likelihood = categorical() }: { readonly likelihood?: Likelihood } = options;
  // Before anything is compiled or uploaded.
  checkSignal('predict', signal);
  signal?.throwIfAborted();
  const { inputs } = readInputs('predict', given, model.inputShape);
  const predictor = createPredictor(model, forPredictor);
  const read = readTensors('[predict] parameter', allTensors(model, likelihood), parameters, {
    remedy: 'Use the model that the parameters were trained with.',
  });
  const uploaded: Record<string, Tensor> = {};
  try {
    for (const [name, { shape, data }] of Object.entries(read)) uploaded[name] = backend.upload(data, shape);
    return await predictor.run(uploaded, inputs, { seed, signal });
  } finally {
    disposeAll(backend, Object.values(uploaded));
    predictor.dispose();
  }
}
