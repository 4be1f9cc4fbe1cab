import { VardropError } from '../errors.js';
import type { Model } from '../layers/model/model.js';
import { yieldToEvents } from '../yieldToEvents.js';
import { callBack, scheduled } from './callbacks.js';
import { checkMinibatches } from './checkMinibatches.js';
import { createCourse, type Start } from './course.js';
import { createEarlyStopping } from './createEarlyStopping.js';
import { createStates } from './createStates.js';
import { type DataDigest, dataDigest } from './dataDigest.js';
import { isStream } from './dataStream.js';
import type { EpochRecord } from './epochRecord.js';
import { memorySource } from './memorySource.js';
import type { MinibatchSource } from './minibatchSource.js';
import { resolveTrainOptions } from './resolveTrainOptions.js';
import { initialState, readState, type TrainingState } from './state.js';
import { streamSource } from './streamSource.js';
import type { TargetScales } from './targetScales.js';
import { createTrainer } from './trainer.js';
import { TrainingError } from './trainingError.js';
import type { FitWarning, TrainOptions } from './trainOptions.js';
import { createValidator, type ValidationMetrics } from './validation.js';

/** The result of training. */
export interface TrainResult {
  readonly state: TrainingState;
  readonly history: readonly EpochRecord[];
  /** `otherData`: the given state was trained on other data, so epochs and schedules started at 0. */
  readonly started: Start;
  readonly stopped: 'completed' | 'early' | 'aborted';
}

/**
 * Trains a model on data that are numbers: `fit` without tables and without the network. Throws what `fit` throws, whose name begins
 * messages. With `scales` the metrics of validation are in the units of columns that were standardized. Also gives the digest of data in
 * memory.
 */
export async function train(
  model: Model,
  options: TrainOptions,
  scales?: TargetScales,
): Promise<TrainResult & { readonly trainedOn?: DataDigest }> {
  const resolved = resolveTrainOptions(model, options);
  const { optimizer, epochs, batch, learningRateFactor, klWeight, validation, onWarning } = resolved;
  const { backend, trainable, microBatch, earlyStopping, signal, onStep, onEpoch } = options;
  const start = startOf(model, options, resolved);
  const data = sourceOf(model, options, resolved, start.seed);
  const stepsPerEpoch = Math.ceil(data.rows / batch);
  const course = createCourse(start, data, batch);
  checkMinibatches(model, data.rows, batch, course.at(start.step).row);

  const validator = validation ? createValidator(model, { backend, data: validation, scales }) : undefined;
  const trainer = createTrainer(model, { backend, optimizer, trainable, microBatch, state: start });
  const history: EpochRecord[] = [];
  const states = createStates(trainer, course, start.step);
  const stopping = createEarlyStopping(earlyStopping, states.finite);
  const warn = (warning: FitWarning) => callBack('onWarning', () => onWarning(warning));

  /** Runs one epoch, or the rest of it. Returns false if it was aborted. */
  async function runEpoch(epoch: number): Promise<boolean> {
    const started = performance.now();
    const totals = { dataTerm: 0, loss: 0, rows: 0, kl: 0 };
    const from = course.at(trainer.step).row;
    if (signal?.aborted) return false;
    for await (const minibatch of data.minibatches(epoch, from, warn)) {
      if (signal?.aborted) return false;
      const i = Math.floor(course.at(trainer.step).row / batch);
      const progress = { epoch: epoch + i / stepsPerEpoch, step: trainer.step };
      const result = await trainer.run(minibatch, {
        learningRateFactor: scheduled('learningRateFactor', learningRateFactor, progress),
        klScale: scheduled('klWeight', klWeight, progress) / data.weightSum,
      });
      totals.dataTerm += result.dataTerm * minibatch.rows;
      totals.loss += result.loss * minibatch.rows;
      totals.rows += minibatch.rows;
      totals.kl = result.kl;
      if (onStep) await callBack('onStep', () => onStep({ epoch, step: i + 1, stepsPerEpoch, ...result }));
      await yieldToEvents(data.waits);
    }
    const metrics = await validate();
    const record = recordOf(epoch, totals, metrics, started);
    history.push(record);
    if (onEpoch) await callBack('onEpoch', () => onEpoch(record, states.finite));
    // Also if onEpoch has caught the error that `state` threw.
    states.check();
    return true;
  }

  /** Metrics of the current parameters, if there is validation data. */
  async function validate(): Promise<ValidationMetrics | undefined> {
    try {
      return await validator?.run(trainer.averaged);
    } catch (error) {
      if (error instanceof VardropError && error.code === 'VARDROP_NON_FINITE')
        throw await states.diverged(error.message, error);
      throw error;
    }
  }

  try {
    for (const warning of resolved.warnings) await warn(warning);
    let stopped: TrainResult['stopped'] = 'completed';
    while (stopped === 'completed' && course.at(trainer.step).epoch < epochs) {
      if (!(await runEpoch(course.at(trainer.step).epoch))) stopped = 'aborted';
      else if (await stopping.shouldStop(history[history.length - 1])) stopped = 'early';
    }
    // After an abort the latest state is returned, so that training can resume from there.
    const state = (stopped !== 'aborted' && stopping.best()) || (await states.finite());
    const trainedOn = isStream(resolved.data) ? undefined : dataDigest(resolved.data);
    return { state, history, started: course.start, stopped, ...(trainedOn && { trainedOn }) };
  } catch (error) {
    throw new TrainingError(error, await states.lastGood(), history);
  } finally {
    validator?.dispose();
    trainer.dispose();
  }
}

/** The record of an epoch that began at `started`, of sums over its datapoints. */
function recordOf(
  epoch: number,
  totals: { readonly dataTerm: number; readonly loss: number; readonly rows: number; readonly kl: number },
  validation: ValidationMetrics | undefined,
  started: number,
): EpochRecord {
  return {
    epoch,
    dataTerm: totals.dataTerm / totals.rows,
    loss: totals.loss / totals.rows,
    kl: totals.kl,
    ...(validation && { validation }),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Where the minibatches come from. */
function sourceOf(
  model: Model,
  { augment }: TrainOptions,
  { heads, data, batch, shuffle: size, prefetch }: ReturnType<typeof resolveTrainOptions>,
  seed: number,
): MinibatchSource {
  const options = { batch, augment, shuffle: { seed, size } };
  if (isStream(data)) return streamSource(model, heads, data, { ...options, prefetch });
  return memorySource(model, heads, data, options);
}

/** The state that training starts from: the given one, or a fresh one. */
function startOf(
  model: Model,
  { state, seed, trainable }: TrainOptions,
  { optimizer }: ReturnType<typeof resolveTrainOptions>,
): TrainingState {
  if (state !== undefined) return readState(model, optimizer, state, trainable);
  return initialState(model, optimizer, seed === undefined ? 0 : seed, trainable);
}
