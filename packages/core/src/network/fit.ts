import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import type { Model } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import {
  averagedParameters,
  hasAverages,
  type TrainOptions,
  type TrainResult,
  train,
  trainOptionNames,
  trainOptionsElsewhere,
} from '../training/index.js';
import { version } from '../version.js';
import { knowledgeNames, networkOf } from './createNetwork.js';
import { datasetOf } from './dataOf.js';
import { scalesOf } from './finishPrediction.js';
import type { Network, NetworkKnowledge } from './network.js';
import { readKnowledge } from './readKnowledge.js';
import { isTableOrRows, type TableOrRows } from './rows.js';

/** Options of `fit`. */
export interface FitOptions extends Omit<TrainOptions, 'data' | 'validation'>, NetworkKnowledge {
  /** Inputs and targets. With a preprocessing also a table, or rows with values by the names of their columns. */
  readonly data: TrainOptions['data'] | TableOrRows;
  readonly validation?: TrainOptions['validation'] | TableOrRows;
}

/** The result of training. The caller owns the state and can save, resume, prune it, and predict with it. */
export interface FitResult<Given extends Likelihoods = Likelihoods> extends TrainResult {
  /** The trained network. It shares the parameters of the state, or where `movingAverage` has averaged them, their averages. */
  readonly network: Network<Given>;
}

/**
 * Trains a model by minimizing the negative SGVB bound over shuffled minibatches. Equal seeds give equal results on one
 * backend, and a run that is resumed on the same data gives the results of the uninterrupted run bit for bit (on the float64
 * reference backend up to the rounding of the state to float32). `data` and `validation` are read until the promise settles: do
 * not change them before. The network that it returns keeps the preprocessing, or the names of classes and columns. With a
 * preprocessing the metrics of `validation` are in the units of the targets' columns; losses stay those of standardized targets.
 *
 * All options are checked before training starts. Throws `VARDROP_MODEL`, `VARDROP_OPTION` (also for unknown options),
 * `VARDROP_INPUT`, `VARDROP_EMPTY`, `VARDROP_SHAPE`, `VARDROP_TYPE`, `VARDROP_NON_FINITE`, `VARDROP_INDEX`, `VARDROP_LABEL`,
 * `VARDROP_STATE`, `VARDROP_LIKELIHOOD`, `VARDROP_BATCH` (a last minibatch of fewer rows than a layer needs, or a
 * `microBatch` for a model with statistics of minibatches), `VARDROP_OPTIMIZER` (a link of a chain alone, or a parameter in no group),
 * `VARDROP_PREPROCESSING` (a preprocessing that does not fit the model, tables without one), and what `preprocess` throws for tables.
 *
 * Every later failure throws a `TrainingError` with the last good state. Its code is `VARDROP_NON_FINITE_LOSS` for a loss, or
 * final parameters, that are not finite; `VARDROP_SCHEDULE` for a schedule that throws or does not return a finite number ≥ 0;
 * `VARDROP_CALLBACK` for a callback that throws or rejects (or the code of the `VardropError` that it throws); and
 * `VARDROP_TRAINING`, or the backend's own code, for a backend that fails. If the state cannot be read either, as from a lost
 * device or a closed backend, the error of the backend is thrown.
 */
export async function fit<Given extends Likelihoods>(
  model: Model<Given>,
  options: FitOptions,
): Promise<FitResult<Given>> {
  checkObject('VARDROP_MODEL', '[fit] model', model, 'apply', 'sequential()');
  checkOptionNames('fit', options, { ...trainOptionNames, ...knowledgeNames }, trainOptionsElsewhere);
  const { preprocessing, classes, columns, data, validation, ...others } = options;
  const knowledge: NetworkKnowledge = { preprocessing, classes, columns };
  // Before training, so that nothing is lost for a wrong name.
  const { preprocessing: read, outputs } = readKnowledge(model, knowledge);
  const converted = {
    ...others,
    data: isTableOrRows(data) ? datasetOf('fit', model, read, data) : data,
    validation: isTableOrRows(validation) ? datasetOf('fit validation', model, read, validation) : validation,
  };
  const { trainedOn, ...result } = await train(model, converted, scalesOf(outputs));
  const { state } = result;
  const parameters = hasAverages(state) ? averagedParameters(state) : { ...state.parameters, ...state.carried };
  const network = networkOf(model, { backend: options.backend, parameters, trainedOn, ...knowledge }, version);
  return { ...result, network };
}
