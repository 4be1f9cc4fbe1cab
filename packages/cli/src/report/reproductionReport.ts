import type { Findings } from '@vardrop/experiments';
import type { Configuration } from '../configuration.js';

/** An experiment with what follows from its results. */
export interface ReproducedExperiment {
  readonly name: string;
  /** The file that keeps the results. */
  readonly path: string;
  readonly configuration: Configuration;
  /** Number of trials, and of those whose results are there. */
  readonly trials: number;
  readonly done: number;
  readonly findings: Findings;
}

/** What `vardrop reproduce` shows. */
export interface ReproductionReport {
  readonly backend: string;
  /** Whether it was stopped before its end. */
  readonly interrupted: boolean;
  readonly experiments: readonly ReproducedExperiment[];
}
