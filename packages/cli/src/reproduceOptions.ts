import type { SparsityModel } from '@vardrop/experiments';
import type { ExperimentName } from './reproduce/experiments.js';

/** Options of `vardrop reproduce`. */
export interface ReproduceOptions {
  /** Which experiments, in the order in which they are run. */
  readonly experiments: readonly ExperimentName[];
  /** A name, the path of a module, or a package. */
  readonly backend: string;
  /** The network of `sparsity`. */
  readonly model: SparsityModel;
  /** Directory of IDX files. Default: the embedded digits. */
  readonly data?: string;
  /** Directory of IDX files with images of other things, for `uncertainty`. Default: none. */
  readonly foreign?: string;
  /** Minutes instead of hours. */
  readonly quick: boolean;
  /** Seed of all random numbers, in 0 … 2³² − 1. */
  readonly seed: number;
  /** Directory where results are kept, and from which runs continue. */
  readonly output: string;
  /** Where the findings go in machine-readable form. Default: nowhere. */
  readonly json?: string;
  /** Where the report goes. Default: `report.html` in `output`. */
  readonly report?: string;
  /** Whether to print nothing but the tables and errors. */
  readonly quiet: boolean;
  /** Whether errors are printed with their stack. */
  readonly verbose: boolean;
}

/** Default values of options. */
export const reproduceDefaults = {
  backend: 'wasm',
  model: 'lenet-300-100',
  quick: false,
  seed: 1,
  output: 'reproduction',
  quiet: false,
  verbose: false,
} as const satisfies Omit<ReproduceOptions, 'experiments'>;
