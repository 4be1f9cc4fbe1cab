import { checkBackend } from '../backend/checkBackend.js';
import { checkFunction } from '../checkFunction.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { type Head, headsOf, inModel } from '../likelihoods/heads.js';
import { adam } from '../optimizers/adam.js';
import { checkOptimizer } from '../optimizers/checkOptimizer.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { checkMicroBatch } from './checkMicroBatch.js';
import { type AnyDataset, type ReadDataset, readDataset } from './data.js';
import { checkStream, type DataStream, isStream } from './dataStream.js';
import { scaleWarnings } from './scaleWarnings.js';
import { constantSchedule } from './schedules/constantSchedule.js';
import type { Schedule } from './schedules/schedule.js';
import type { EarlyStopping, FitWarning, TrainOptions } from './trainOptions.js';

/** The options of `fit` after the checks, with defaults filled in. */
export interface ResolvedTrainOptions {
  readonly heads: readonly Head[];
  readonly optimizer: Optimizer;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRateFactor: Schedule;
  readonly klWeight: Schedule;
  readonly data: ReadDataset | DataStream;
  readonly validation: ReadDataset | DataStream | undefined;
  /** Rows in a run that is shuffled; 1 for none, `Infinity` for all. */
  readonly shuffle: number;
  readonly prefetch: number;
  readonly warnings: readonly FitWarning[];
  readonly onWarning: (warning: FitWarning) => unknown;
}

/** The names of all options of training. */
export const trainOptionNames: Readonly<Record<keyof TrainOptions, true>> = {
  backend: true,
  data: true,
  shuffle: true,
  prefetch: true,
  augment: true,
  optimizer: true,
  learningRateFactor: true,
  klWeight: true,
  epochs: true,
  batch: true,
  microBatch: true,
  trainable: true,
  seed: true,
  state: true,
  validation: true,
  earlyStopping: true,
  onStep: true,
  onEpoch: true,
  onWarning: true,
  signal: true,
};

/** What to write in place of option names of other libraries. */
export const trainOptionsElsewhere = {
  learningRate: 'Pass optimizer: adam({ learningRate: … }), and a schedule as learningRateFactor.',
  lr: 'Pass optimizer: adam({ learningRate: … }), and a schedule as learningRateFactor.',
  batchSize: 'Write batch.',
  accumulationSteps: 'Write batch for the rows of a step, and microBatch for the rows that are computed at once.',
  loss: 'Say in the model what the outputs mean: sequential({ …, likelihood: gaussian() }).',
  ...inModel,
  x: 'Write data: { inputs, targets }.',
  y: 'Write data: { inputs, targets }.',
  validationData: 'Write validation: { inputs, targets }.',
  validationSplit: 'Set rows aside yourself, and pass validation: { inputs, targets }.',
  callbacks: 'Write onStep, onEpoch and earlyStopping.',
};

/** Checks all options of `fit` before anything is computed. Throws as `fit` documents. */
export function resolveTrainOptions(model: Model, options: TrainOptions): ResolvedTrainOptions {
  checkObject('VARDROP_MODEL', '[fit] model', model, 'apply', 'sequential()');
  checkOptionNames('fit', options, trainOptionNames, trainOptionsElsewhere);
  const { backend, earlyStopping } = options;
  const { optimizer = adam(), learningRateFactor = constantSchedule() } = options;
  checkBackend('fit', backend);
  const heads = headsOf('fit', model);
  checkOptimizer('[fit] optimizer', optimizer);
  const epochs = positiveInteger('epochs', options.epochs === undefined ? 10 : options.epochs);
  const batch = positiveInteger('batch', options.batch === undefined ? 100 : options.batch);
  if (options.microBatch !== undefined) checkMicroBatch('fit', model, options.microBatch);
  checkFunction('[fit] trainable', options.trainable);
  if (typeof learningRateFactor !== 'function') {
    throw new VardropError(
      'VARDROP_OPTION',
      `[fit] learningRateFactor: got ${formatValue(learningRateFactor)}, needs a schedule, a factor on the optimizer's rate. Give the rate itself to the optimizer: adam({ learningRate }).`,
    );
  }
  const klWeight =
    typeof options.klWeight === 'function'
      ? options.klWeight
      : constantSchedule(checkedWeight(options.klWeight === undefined ? 1 : options.klWeight));
  checkFunction('[fit] onStep', options.onStep);
  checkFunction('[fit] onEpoch', options.onEpoch);
  checkFunction('[fit] onWarning', options.onWarning);
  checkSignal('fit', options.signal);
  const read = (who: string, given: AnyDataset | DataStream) => {
    if (!isStream(given)) return readDataset(who, model, heads, given);
    checkStream(who, given);
    return given;
  };
  const data = read('fit', options.data);
  const validation = options.validation === undefined ? undefined : read('fit validation', options.validation);
  const shuffle = shuffleOf(options.shuffle === undefined ? (isStream(data) ? 10_000 : true) : options.shuffle);
  const { prefetch = 4 } = options;
  if (!Number.isInteger(prefetch) || prefetch < 0)
    throw new VardropError(
      'VARDROP_OPTION',
      `[fit] prefetch: got ${formatValue(prefetch)}, needs a number of minibatches from 0.`,
    );
  checkFunction('[fit] augment', options.augment);
  if (earlyStopping !== undefined) checkEarlyStopping(earlyStopping, validation !== undefined);
  const warnings = isStream(data) ? [] : scaleWarnings(model, heads, data);
  const { onWarning = ({ code, message }) => console.warn(`${message} (${code})`) } = options;
  return {
    heads,
    optimizer,
    epochs,
    batch,
    learningRateFactor,
    klWeight,
    data,
    validation,
    shuffle,
    prefetch,
    warnings,
    onWarning,
  };
}

function shuffleOf(given: boolean | number): number {
  if (given === true) return Number.POSITIVE_INFINITY;
  if (given === false) return 1;
  if (Number.isInteger(given) && given >= 1) return given;
  throw new VardropError(
    'VARDROP_OPTION',
    `[fit] shuffle: got ${formatValue(given)}, needs true, false, or a positive number of rows.`,
  );
}

function positiveInteger(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new VardropError('VARDROP_OPTION', `[fit] ${name}: got ${formatValue(value)}, needs a positive integer.`);
  }
  return value;
}

function checkedWeight(value: number): number {
  if (!(typeof value === 'number' && value >= 0 && Number.isFinite(value))) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[fit] klWeight: got ${formatValue(value)}, needs a number that is not negative, or a schedule.`,
    );
  }
  return value;
}

function checkEarlyStopping(given: EarlyStopping, watched: boolean): void {
  const known = { patience: true, minimumDelta: true } as const;
  checkOptionNames('fit: earlyStopping', given, known, { minDelta: 'Write minimumDelta.' });
  const { patience, minimumDelta = 0 } = given;
  positiveInteger('earlyStopping.patience', patience);
  if (!(Number.isFinite(minimumDelta) && minimumDelta >= 0)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[fit] earlyStopping.minimumDelta: got ${formatValue(minimumDelta)}, needs a number that is not negative.`,
    );
  }
  if (watched) return;
  throw new VardropError(
    'VARDROP_OPTION',
    '[fit] earlyStopping: got no validation data, needs some to watch. Pass validation.',
  );
}
