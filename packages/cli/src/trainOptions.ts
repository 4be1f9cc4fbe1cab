import type { AlphaName, DivergenceName, EstimatorName, LikelihoodName, NoiseName } from './choices.js';
import type { LayersOption } from './layers/layerPlan.js';

/** Options of `vardrop train`. Every value is valid by itself; combinations are checked by the core library. */
export interface TrainOptions {
  /** A name of {@link backends}, the path of a module, or a package that exports a function which creates a backend. */
  readonly backend: string;
  readonly noise: NoiseName;
  /** What one α belongs to. Default: that of the noise model. */
  readonly alpha?: AlphaName;
  /** How weight noise is sampled. Default: that of the noise model. */
  readonly estimator?: EstimatorName;
  /** Form of the KL term. Default: that of the noise model. */
  readonly divergence?: DivergenceName;
  /** Fixed dropout rate p, or the initial value of a learned rate, in [0, 1). Default: that of the noise model. */
  readonly rate?: number;
  /**
   * The hidden layers, input side first: units of dense layers, the notation of layers (`conv 3x3x16, pool 2, dense 128`), or the
   * path of a JSON file.
   */
  readonly layers: LayersOption;
  readonly epochs: number;
  /** Rows per minibatch. */
  readonly batch: number;
  /** Seed of initial weights, order and noise, in 0 … 2³² − 1. */
  readonly seed: number;
  readonly learningRate: number;
  /** β, the weight of the KL once it has risen: 1 is the paper's bound, 1/3 its variant A2. */
  readonly klWeight: number;
  /** Monte-Carlo samples of the test predictive. */
  readonly samples: number;
  /** A table (CSV or Parquet), a folder of images, or a folder of IDX files. Default: the embedded digits. */
  readonly data?: string;
  /** Columns of a table to predict. */
  readonly target?: readonly string[];
  /** What the targets are. Default: their values decide. */
  readonly likelihood?: LikelihoodName;
  /** Columns of a table that are left aside. */
  readonly exclude?: readonly string[];
  /** Column of a table with the weights of rows. */
  readonly weights?: string;
  /** Folds of a cross-validation. Default: none. */
  readonly folds?: number;
  /** Members of an ensemble, with seeds one after the other. Default: one network. */
  readonly ensemble?: number;
  /** Rank of a Gaussian around the average of the epochs' ends, from the middle of the training on (SWAG). Default: none. */
  readonly swag?: number;
  /** Precision of the prior of a Gaussian over the last layer's weights, `auto` for the most probable one. Default: none. */
  readonly laplace?: number | 'auto';
  /** Networks of a search by validation NLL. Default: none. */
  readonly trials?: number;
  /** Where results of a search are kept. Default: `trials.jsonl`. */
  readonly trialsFile?: string;
  /** Where the trained network goes as a file for predictions. Default: nowhere. */
  readonly network?: string;
  /** Where the machine-readable summary goes. Default: nowhere. */
  readonly json?: string;
  /** Where a line of JSON goes after each epoch. Default: nowhere. */
  readonly log?: string;
  /** Where the report goes. */
  readonly report: string;
  /** Whether to train the paper's noise models side by side. */
  readonly compare: boolean;
  /** Where the trained network is saved. Default: nowhere. */
  readonly checkpoint?: string;
  /** Checkpoint to resume from. Default: none. */
  readonly resume?: string;
  /** Names of the given options. When resuming, the checkpoint decides the others, and a search chooses others. Default: all. */
  readonly given?: readonly string[];
  /** Whether to print nothing but the summary and errors. */
  readonly quiet: boolean;
  /** Whether errors are printed with their stack. */
  readonly verbose: boolean;
}

/** Default values of options. */
export const trainDefaults = {
  backend: 'wasm',
  noise: 'variational-a',
  layers: [500, 500],
  epochs: 20,
  batch: 100,
  seed: 1,
  learningRate: 0.001,
  klWeight: 1,
  samples: 20,
  report: 'report.html',
  compare: false,
  quiet: false,
  verbose: false,
} as const satisfies TrainOptions;

/** Default values where the data are a table: smaller networks, and more and longer steps since there are fewer rows. */
export const tableDefaults = {
  layers: [50, 50],
  epochs: 100,
  batch: 20,
  learningRate: 0.01,
} as const satisfies Partial<TrainOptions>;

/** Where a search keeps its results by default. */
export const defaultTrialsFile = 'trials.jsonl';
