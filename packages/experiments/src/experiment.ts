import type { Backend } from '@vardrop/core';
import type { Findings } from './findings.js';
import type { Json } from './json.js';

/** What a trial is given while it runs. */
export interface TrialContext {
  /** Where it computes; the trial disposes of what it makes there. */
  readonly backend: Backend;
  /** When it aborts, the trial throws the signal's reason; what it had is computed again later. */
  readonly signal: AbortSignal;
  /** Says how far it is, `share` in [0, 1]. */
  progress(share: number): void;
  /** Keeps a file, such as a trained network, beside the results. */
  save(name: string, bytes: Uint8Array): Promise<void>;
}

/** A piece of an experiment that is computed whole: an experiment that was interrupted goes on with those it lacks. */
export interface Trial {
  /** Unique within the experiment, and the same in every run with the same configuration. */
  readonly key: string;
  /** What a progress bar calls it. */
  readonly label: string;
  /** Expected work in any unit that the experiment's trials share, for the time left. */
  readonly cost: number;
  run(context: TrialContext): Promise<Json>;
}

/** A question that is put to a backend: what is computed, and what follows from it. */
export interface Experiment {
  readonly name: string;
  /** All that shapes the results; a run can be resumed only where it is the same. */
  readonly configuration: { readonly [name: string]: Json };
  readonly trials: readonly Trial[];
  /** What follows from the results, by key of trial; an interrupted run has some of them only. */
  conclude(results: ReadonlyMap<string, Json>): Findings;
}
