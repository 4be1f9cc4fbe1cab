import type { Backend } from '../backend/contract.js';
import type { Likelihood } from '../likelihood.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Dataset } from './data.js';
import type { EpochRecord } from './epochRecord.js';
import type { Schedule } from './schedule.js';
import type { TrainingState } from './state.js';

/** Progress after a step; `loss`, `dataTerm` and `kl` as the step reported them, in nats. */
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
  /** Epochs without an improvement after which training stops. */
  readonly patience: number;
  /** Smallest decrease of the validation's NLL that counts, 0 where left out. */
  readonly minimumDelta?: number;
}

/** What `fit` tells of data on which it can train, but not well. */
export interface FitWarning {
  /** Stable: `VARDROP_SCALE` for inputs, or values as targets, whose root mean square is above 10. */
  readonly code: string;
  /** What was got, what is needed, and the remedy. */
  readonly message: string;
}

/** Options of `fit`. */
export interface FitOptions {
  readonly backend: Backend;
  readonly data: Dataset<ArrayLike<number>>;
  /** Classification by softmax where left out. */
  readonly likelihood?: Likelihood;
  /** Adam where left out. */
  readonly optimizer?: Optimizer;
  /** A factor on the optimizer's own learning rate, from step to step; 1 where left out. */
  readonly learningRateFactor?: Schedule;
  /** β, the weight of the KL: a number or a schedule; 1 where left out. */
  readonly klWeight?: number | Schedule;
  /** In all on these data, those before a checkpoint included; 10 where left out. */
  readonly epochs?: number;
  /** Datapoints a minibatch, 100 where left out; the last one of an epoch may be shorter. */
  readonly batch?: number;
  /** Non-negative integer, 0 where left out. Everything random follows from it. */
  readonly seed?: number;
  /**
   * A state to go on from, as `FitResult` or `loadCheckpoint` give it. Its seed goes before `seed`. On other data than it was trained on
   * a first epoch begins, as `FitResult.started` says.
   */
  readonly state?: TrainingState<ArrayLike<number>>;
  readonly validation?: Dataset<ArrayLike<number>>;
  /** Needs `validation`; the best state is returned, but after an abort the latest, to go on from. */
  readonly earlyStopping?: EarlyStopping;
  /** Called after each step, and waited for if it returns a promise. */
  readonly onStep?: (event: StepEvent) => unknown;
  /**
   * Called after each epoch and waited for. `state` copies the state of that moment from the backend, to be saved: what a
   * training goes on from whose process ended or whose device was lost. Call it before what `onEpoch` returned settles.
   */
  readonly onEpoch?: (record: EpochRecord, state: () => Promise<TrainingState>) => unknown;
  /** Called before the first step with each thing that is likely a mistake, and waited for; `console.warn` where left out. */
  readonly onWarning?: (warning: FitWarning) => unknown;
  /** Stops after the current step, and returns the state that it has reached. */
  readonly signal?: AbortSignal;
}
