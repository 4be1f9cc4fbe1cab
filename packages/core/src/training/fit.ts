import { VardropError } from '../errors.js';
import type { Model } from '../layers/model/model.js';
import { yieldToEvents } from '../yieldToEvents.js';
import { callBack, scheduled } from './callbacks.js';
import { checkMinibatches } from './checkMinibatches.js';
import { createCourse, type Start } from './course.js';
import { createEarlyStopping } from './createEarlyStopping.js';
import { createStates } from './createStates.js';
import { isStream } from './dataStream.js';
import type { EpochRecord } from './epochRecord.js';
import type { FitOptions, FitWarning } from './fitOptions.js';
import { memorySource } from './memorySource.js';
import type { MinibatchSource } from './minibatchSource.js';
import { resolveFitOptions } from './resolveFitOptions.js';
import { initialState, readState, type TrainingState } from './state.js';
import { streamSource } from './streamSource.js';
import type { TargetScales } from './targetScales.js';
import { createTrainer } from './trainer.js';
import { TrainingError } from './trainingError.js';
import { createValidator, type ValidationMetrics } from './validation.js';

/** The result of training. The caller owns the state and can save, resume, prune it, and predict with it. */
export interface FitResult {
  readonly state: TrainingState;
  readonly history: readonly EpochRecord[];
  /** `otherData`: the given state was trained on other data, so epochs and schedules started at 0. */
  readonly started: Start;
  readonly stopped: 'completed' | 'early' | 'aborted';
}

/**
 * Trains a model by minimizing the negative SGVB bound over shuffled minibatches. Equal seeds give equal results on one
 * backend, and a run that is resumed on the same data gives the results of the uninterrupted run bit for bit (on the float64
 * reference backend up to the rounding of the state to float32). `data` and `validation` are read until the promise settles: do
 * not change them before.
 *
 * All options are checked before training starts. Throws `VARDROP_MODEL`, `VARDROP_OPTION` (also for unknown options),
 * `VARDROP_INPUT`, `VARDROP_EMPTY`, `VARDROP_SHAPE`, `VARDROP_TYPE`, `VARDROP_NON_FINITE`, `VARDROP_INDEX`, `VARDROP_LABEL`,
 * `VARDROP_STATE`, `VARDROP_LIKELIHOOD`, `VARDROP_BATCH` (a last minibatch of fewer rows than a layer needs, or a `microBatch` for a
 * model with statistics of minibatches), `VARDROP_OPTIMIZER` (a link of a chain alone, or a parameter in no group).
 *
 * Every later failure throws a `TrainingError` with the last good state. Its code is `VARDROP_NON_FINITE_LOSS` for a loss, or
 * final parameters, that are not finite; `VARDROP_SCHEDULE` for a schedule that throws or does not return a finite number ≥ 0;
 * `VARDROP_CALLBACK` for a callback that throws or rejects (or the code of the `VardropError` that it throws); and
 * `VARDROP_TRAINING`, or the backend's own code, for a backend that fails. If the state cannot be read either, as from a lost
 * device or a closed backend, the error of the backend is thrown.
 */
export async function fit(model: Model, options: FitOptions, scales?: TargetScales): Promise<FitResult> {
  const resolved = resolveFitOptions(model, options);
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
    let stopped: FitResult['stopped'] = 'completed';
    while (stopped === 'completed' && course.at(trainer.step).epoch < epochs) {
      if (!(await runEpoch(course.at(trainer.step).epoch))) stopped = 'aborted';
      else if (await stopping.shouldStop(history[history.length - 1])) stopped = 'early';
    }
    // After an abort the latest state is returned, so that training can resume from there.
    const state = (stopped !== 'aborted' && stopping.best()) || (await states.finite());
    return { state, history, started: course.start, stopped };
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
  { augment }: FitOptions,
  { heads, data, batch, shuffle: size, prefetch }: ReturnType<typeof resolveFitOptions>,
  seed: number,
): MinibatchSource {
  const options = { batch, augment, shuffle: { seed, size } };
  if (isStream(data)) return streamSource(model, heads, data, { ...options, prefetch });
  return memorySource(model, heads, data, options);
}

/** The state that training starts from: the given one, or a fresh one. */
function startOf(
  model: Model,
  { state, seed, trainable }: FitOptions,
  { optimizer }: ReturnType<typeof resolveFitOptions>,
): TrainingState {
  if (state !== undefined) return readState(model, optimizer, state, trainable);
  return initialState(model, optimizer, seed === undefined ? 0 : seed, trainable);
}
