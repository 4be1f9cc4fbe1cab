import type { BackendName } from './choices.js';
import type { ExperimentName } from './reproduce/experiments.js';

/** What `vardrop reproduce` was asked to do. */
export interface ReproduceOptions {
  /** Which experiments, in the order in which they are run. */
  readonly experiments: readonly ExperimentName[];
  readonly backend: BackendName;
  /** Directory of IDX files; left out, the embedded digits. */
  readonly data?: string;
  /** Minutes instead of hours. */
  readonly quick: boolean;
  /** Everything random follows from it, in 0 … 2³² − 1. */
  readonly seed: number;
  /** Directory where results are kept, and gone on from. */
  readonly output: string;
  /** Where the findings go in machine-readable form; left out, nowhere. */
  readonly json?: string;
  /** Where the report goes; left out, `report.html` in `output`. */
  readonly report?: string;
  /** Whether to print nothing but the tables and errors. */
  readonly quiet: boolean;
  /** Whether errors are printed with their stack. */
  readonly verbose: boolean;
}

/** Values of the options that have one of their own. */
export const reproduceDefaults = {
  backend: 'tfjs:wasm',
  quick: false,
  seed: 1,
  output: 'reproduction',
  quiet: false,
  verbose: false,
} as const satisfies Omit<ReproduceOptions, 'experiments'>;
