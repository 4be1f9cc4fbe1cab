import type { Backend } from '@vardrop/core';
import type { Findings } from './findings.js';
import type { ImageData } from './imageData.js';
import type { Json } from './json.js';

/** What a trial is given when it runs. */
export interface TrialContext {
  /** The backend to compute on. The trial disposes of all tensors that it makes. */
  readonly backend: Backend;
  /** When it aborts, the trial throws the signal's reason. Its work so far is computed again later. */
  readonly signal: AbortSignal;
  /** Reports progress, `share` in [0, 1]. */
  progress(share: number): void;
  /** Keeps a trained network beside the results; `name` is unique among all experiments, and ends in `.safetensors`. */
  save(name: string, bytes: Uint8Array): Promise<void>;
  /** A file that an earlier trial of the same run has saved; undefined if it does not exist (any more). */
  load(name: string): Promise<Uint8Array | undefined>;
}

/** A part of an experiment that is computed as a whole. An interrupted experiment resumes with the missing trials. */
export interface Trial {
  /** Unique within the experiment, and the same in every run with the same configuration. */
  readonly key: string;
  /** The name for progress bars. */
  readonly label: string;
  /**
   * Expected seconds on two cores. Only the proportions between trials of all experiments matter; they give the remaining time.
   */
  readonly cost: number;
  /**
   * Computes the trial's result. It has to yield to the event loop regularly, or no signal arrives. A trial may run in another
   * process than earlier ones: it gets their files by `load`, or computes them again.
   */
  run(context: TrialContext): Promise<Json>;
  /** Whether `run` could return this result. Results are kept in files, which may have been changed. */
  accepts(result: Json): boolean;
}

/** An experiment: its trials, and the conclusions from their results. */
export interface Experiment {
  readonly name: string;
  /**
   * Everything that determines the results, apart from data and backend. A run can be resumed only with the same configuration.
   */
  readonly configuration: { readonly [name: string]: Json };
  readonly trials: readonly Trial[];
  /** The findings from valid results, by key of trial. An interrupted run has only some of the results, but at least one. */
  conclude(results: ReadonlyMap<string, Json>): Findings;
}

/** The setting of an experiment. */
export interface ExperimentSetting {
  readonly data: ImageData;
  /** Smaller networks and fewer repetitions, for minutes instead of hours. The findings say which. */
  readonly quick: boolean;
  /** Non-negative integer. It determines all random numbers. */
  readonly seed: number;
}

/**
 * Makes an experiment. Throws `VARDROP_OPTION` for an unknown setting, `VARDROP_EXPERIMENT_DATA` for data that it cannot use.
 */
export type CreateExperiment = (setting: ExperimentSetting) => Experiment;
