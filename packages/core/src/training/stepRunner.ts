import type { Backend, NoiseKey, Tensors } from '../backend/contract.js';
import type { Model } from '../layers/model/model.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Minibatch } from './minibatch.js';
import type { StepResult, StepScales } from './step.js';
import type { Trainable } from './trainable.js';

/** A loss that is not finite, with what it was computed from; the tensors are valid until `failed` settles. */
export interface FailedPart {
  readonly result: StepResult;
  readonly inputs: Tensors;
  readonly keys: Readonly<Record<string, NoiseKey>>;
}

/** What training steps are made of. */
export interface StepParts {
  readonly model: Model;
  readonly backend: Backend;
  readonly optimizer: Optimizer;
  readonly trainable: Trainable | undefined;
  readonly seed: number;
  /** The most rows that are computed at once; undefined for whole minibatches. */
  readonly microBatch: number | undefined;
}

/** Computes training steps. It owns its programs and what they read beside what it is given. */
export interface StepRunner {
  /**
   * One step from `tensors`: all parameters, carried values and slots. Gives their next values, which belong to the caller.
   * Rejects with what `failed` gives for a loss that is not finite, and then leaves nothing behind.
   */
  run(
    tensors: Tensors,
    minibatch: Minibatch,
    at: { readonly step: number; readonly scales: StepScales },
    failed: (part: FailedPart) => Promise<Error>,
  ): Promise<{ readonly carried: Tensors; readonly result: StepResult }>;
  dispose(): void;
}
