import type { Backend } from '../backend/contract.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Augment } from './augment.js';
import type { AnyDataset } from './data.js';
import type { DataStream } from './dataStream.js';
import type { EpochRecord } from './epochRecord.js';
import type { Schedule } from './schedules/schedule.js';
import type { TrainingState } from './state.js';
import type { Trainable } from './trainable.js';

/** Progress after a step. `loss`, `dataTerm` and `kl` are those of the step, in nats. */
export interface StepEvent {
  /** From 0. */
  readonly epoch: number;
  /** Within the epoch, from 1 to `stepsPerEpoch`. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
  readonly dataTerm: number;
  readonly kl: number;
}

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** Training stops after this many epochs without an improvement. */
  readonly patience: number;
  /** Smallest decrease of the validation NLL that counts as an improvement. Default: 0. */
  readonly minimumDelta?: number;
}

/** A warning about data on which training or calibration works badly. */
export interface FitWarning {
  /**
   * Stable: `VARDROP_SCALE` if the root mean square of the inputs, or of regression targets, is above 10; `VARDROP_SAME_DATA` if a
   * network is calibrated with the rows that it was trained on.
   */
  readonly code: string;
  /** The finding, what is needed, and the remedy. */
  readonly message: string;
}

/** Options of `train`, and of `fit`, which takes tables too. */
export interface TrainOptions {
  readonly backend: Backend;
  /** All rows in memory, or a stream of them. */
  readonly data: AnyDataset | DataStream;
  /**
   * `true`: the rows of each epoch are in a random order of their own. `false`: they keep their order. A number: they are shuffled
   * within runs of so many rows, which is what a stream holds in memory; a run of all rows is the same as `true`. Default: `true`,
   * for streams 10,000.
   */
  readonly shuffle?: boolean | number;
  /** Minibatches of a stream that are read while others are trained on. Default: 4. */
  readonly prefetch?: number;
  /** Changes rows at random as they are used, anew in each epoch. */
  readonly augment?: Augment;
  /** Default: Adam. */
  readonly optimizer?: Optimizer;
  /** A factor on the learning rate of the optimizer, for each step. Default: 1. */
  readonly learningRateFactor?: Schedule;
  /** β, the weight of the KL: a number or a schedule. Default: 1. */
  readonly klWeight?: number | Schedule;
  /** Epochs in all on these data, including those before a checkpoint. Default: 10. */
  readonly epochs?: number;
  /** Datapoints per minibatch. Default: 100. The last minibatch of an epoch may be shorter. */
  readonly batch?: number;
  /**
   * Datapoints that are computed at once, where a minibatch does not fit into memory: its gradients are summed over parts of this
   * many rows. The step is that of the whole minibatch up to rounding. Not for models with statistics of minibatches
   * (`batchNorm`). Default: the whole minibatch.
   */
  readonly microBatch?: number;
  /**
   * Which parameters are trained, by full name: `(name) => !name.startsWith('dense1/')`. The others are neither differentiated
   * nor changed, and the optimizer carries nothing for them. Their KL still counts in what is reported. Default: all.
   */
  readonly trainable?: Trainable;
  /** Non-negative integer. Default: 0. It determines all random numbers. */
  readonly seed?: number;
  /**
   * The state to resume from, from `TrainResult` or `loadCheckpoint`. Its seed is used, not `seed`. On other data than its own,
   * training starts with the first epoch; `TrainResult.started` tells which.
   */
  readonly state?: TrainingState<ArrayLike<number>>;
  /** Evaluated after each epoch with the weights' means, or with their averages where the optimizer has a `movingAverage`. */
  readonly validation?: AnyDataset | DataStream;
  /** Needs `validation`. The best state is returned; after an abort the latest, to resume from. */
  readonly earlyStopping?: EarlyStopping;
  /** Called after each step. A promise that it returns is awaited. */
  readonly onStep?: (event: StepEvent) => unknown;
  /**
   * Called after each epoch and awaited. `state` reads the current state from the backend. Save it to resume later, if the
   * process ends or the device is lost. Call it before the promise of `onEpoch` settles.
   */
  readonly onEpoch?: (record: EpochRecord, state: () => Promise<TrainingState>) => unknown;
  /** Called before the first step, once for each likely mistake in the data, and awaited. Default: `console.warn`. */
  readonly onWarning?: (warning: FitWarning) => unknown;
  /** Stops training after the current step; `fit` then returns the state of that step. */
  readonly signal?: AbortSignal;
}
