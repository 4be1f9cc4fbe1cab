import type { Tensor } from '../backend.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import { VardropError } from '../errors.js';
import { disposeAll } from '../execution/disposeAll.js';
import type { Model } from '../layers/sequential.js';
import { categorical, type Likelihood, type TargetKind } from '../likelihood.js';
import type { TensorMap } from '../training/state.js';
import { allParameters } from '../training/trainingProgram.js';
import { checkInputs } from './checkInputs.js';
import { createPredictor, type PredictorOptions, type PredictorRunOptions } from './createPredictor.js';
import type { Prediction } from './prediction.js';

/** What `predict` is given beside the model. */
export interface PredictOptions<Targets extends TargetKind = TargetKind>
  extends PredictorOptions<Targets>,
    PredictorRunOptions {
  /** Values of every parameter of the model and the likelihood, as `TrainingState` has them. */
  readonly parameters: TensorMap;
  /** Datapoints of the model's input shape, one after another, row-major. */
  readonly inputs: Float32Array;
}

const optionNames: Readonly<Record<keyof PredictOptions, true>> = {
  backend: true,
  likelihood: true,
  samples: true,
  mode: true,
  batch: true,
  noisePerRun: true,
  seed: true,
  signal: true,
  parameters: true,
  inputs: true,
};

/** What other libraries call them. */
const elsewhere = { batchSize: 'Write batch.', state: 'Write parameters: state.parameters.' };

/**
 * Predicts with the average over `samples` draws of the noise (Monte-Carlo), or with the weights' means. A row's noise
 * depends on the seed, the sample and the row's index alone, so that predictions do not depend on `batch`.
 * Leaves nothing on the backend. Inputs and parameters are copied before it returns its promise: their arrays may be
 * written to again at once. Throws `VARDROP_EMPTY`, `VARDROP_SHAPE` and `VARDROP_NON_FINITE` for inputs that are
 * none, no whole rows or not finite, `VARDROP_STATE` for parameters of another model, `VARDROP_MODEL` for no model, `VARDROP_OPTION` for other options, and what `createPredictor` throws.
 */
export async function predict<Targets extends TargetKind = 'labels'>(
  model: Model,
  options: PredictOptions<Targets>,
): Promise<Prediction<Targets>> {
  checkObject('VARDROP_MODEL', '[predict] model', model, 'apply', 'sequential()');
  checkOptionNames('predict', options, optionNames, elsewhere);
  const { backend, parameters, inputs } = options;
  const likelihood: Likelihood = options.likelihood ?? categorical();
  // Before anything is compiled or uploaded.
  checkSignal('predict', options.signal);
  options.signal?.throwIfAborted();
  checkInputs('predict', inputs, model.inputShape);
  const predictor = createPredictor(model, options);
  const needed = allParameters(model, likelihood);
  for (const { name, shape } of needed) {
    const given = parameters?.[name];
    if (given?.shape.join() !== shape.join()) {
      throw new VardropError(
        'VARDROP_STATE',
        `[predict] parameter '${name}': got ${given ? `[${given.shape.join(', ')}]` : 'nothing'}, needs [${shape.join(', ')}]. Use the model that the parameters were trained with.`,
      );
    }
  }
  const uploaded: Record<string, Tensor> = {};
  try {
    for (const { name, shape } of needed) uploaded[name] = backend.upload(parameters[name].data, shape);
    return await predictor.run(uploaded, inputs, options);
  } finally {
    disposeAll(backend, Object.values(uploaded));
    predictor.dispose();
  }
}
