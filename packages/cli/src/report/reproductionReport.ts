import type { Findings } from '@vardrop/experiments';
import type { Configuration } from '../configuration.js';

/** An experiment with its findings. */
export interface ReproducedExperiment {
  readonly name: string;
  /** The file that keeps the results. */
  readonly path: string;
  readonly configuration: Configuration;
  /** Number of trials, and of completed trials. */
  readonly trials: number;
  readonly done: number;
  readonly findings: Findings;
}

/** What `vardrop reproduce` shows. */
export interface ReproductionReport {
  readonly backend: string;
  /** Whether it was interrupted. */
  readonly interrupted: boolean;
  readonly experiments: readonly ReproducedExperiment[];
}
