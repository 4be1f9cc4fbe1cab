import type { Backend } from '@vardrop/core';
import type { Findings } from './findings.js';
import type { ImageData } from './imageData.js';
import type { Json } from './json.js';

/** What a trial is given while it runs. */
export interface TrialContext {
  /** Where it computes; the trial disposes of what it makes there. */
  readonly backend: Backend;
  /** When it aborts, the trial throws the signal's reason; what it had is computed again later. */
  readonly signal: AbortSignal;
  /** Says how far it is, `share` in [0, 1]. */
  progress(share: number): void;
  /** Keeps a trained network beside the results; `name` is unique among all experiments, and ends in `.safetensors`. */
  save(name: string, bytes: Uint8Array): Promise<void>;
  /** A file that an earlier trial of the same run has saved; undefined if there is none (any more). */
  load(name: string): Promise<Uint8Array | undefined>;
}

/** A piece of an experiment that is computed whole: an experiment that was interrupted goes on with those it lacks. */
export interface Trial {
  /** Unique within the experiment, and the same in every run with the same configuration. */
  readonly key: string;
  /** What a progress bar calls it. */
  readonly label: string;
  /** Expected seconds on two cores. Only proportions count, those to other experiments' trials too: for the time left. */
  readonly cost: number;
  /**
   * Computes the trial's result. It lets the event loop turn now and then, else no signal arrives. A trial may be run
   * in another process than those before it: what it needs of them it gets by `load`, or computes again.
   */
  run(context: TrialContext): Promise<Json>;
  /** Whether a result is one that `run` may return: results are kept in files, which may have been changed. */
  accepts(result: Json): boolean;
}

/** A question that is put to a backend: what is computed, and what follows from it. */
export interface Experiment {
  readonly name: string;
  /** All that shapes the results, data and backend apart; a run can be resumed only where it is the same. */
  readonly configuration: { readonly [name: string]: Json };
  readonly trials: readonly Trial[];
  /** What follows from results that their trials accept, by key of trial; an interrupted run has some of them only, but at least one. */
  conclude(results: ReadonlyMap<string, Json>): Findings;
}

/** What an experiment is made from. */
export interface ExperimentSetting {
  readonly data: ImageData;
  /** Minutes instead of hours, by smaller networks and fewer repetitions; the findings say which. */
  readonly quick: boolean;
  /** Non-negative integer; everything random follows from it. */
  readonly seed: number;
}

/** Makes an experiment. Throws `VARDROP_OPTION` for anything else in the setting, `VARDROP_EXPERIMENT_DATA` for data that it cannot work on. */
export type CreateExperiment = (setting: ExperimentSetting) => Experiment;
