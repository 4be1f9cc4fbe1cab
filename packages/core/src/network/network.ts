import type { Backend } from '../backend/contract.js';
import type { CalibrationRule } from '../calibration/index.js';
import type { EvaluateOptions, EvaluationOf } from '../evaluation/index.js';
import type { Model } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { OneOrNamed } from '../oneOrNamed.js';
import type { ParameterPosterior } from '../posteriors/index.js';
import type { PredictionOf, PredictOptions } from '../prediction/index.js';
import type { Preprocessing } from '../preprocessing/index.js';
import type { TensorMap } from '../tensorData.js';
import type { DataDigest } from '../training/index.js';
import type { TableOrRows } from './rows.js';

/** What a network knows beside its model and the values of its tensors. A preprocessing has the names of classes and columns. */
export interface NetworkKnowledge {
  /** How tables become inputs and targets, as `fitPreprocessing` learned it. */
  readonly preprocessing?: Preprocessing;
  /** The names of the classes, in the order of their labels; for a model with several outputs by the names of those with labels. */
  readonly classes?: OneOrNamed<readonly string[]>;
  /** The names of the numbers of a row, or of a step of a series: those on the last axis of the input of a model with one. */
  readonly columns?: readonly string[];
}

/** Options of `Network.predict`: those of `predict` without what the network has itself. */
export interface NetworkPredictOptions extends Omit<PredictOptions, 'backend' | 'parameters' | 'posterior' | 'inputs'> {
  /** Numbers without names are what `preprocess` has made, or windows of it; a network with a preprocessing refuses others. */
  readonly preprocessed?: boolean;
}

/** Options of `Network.evaluate`: those of `evaluate` without what the network has itself. */
export type NetworkEvaluateOptions = Omit<EvaluateOptions, 'backend' | 'parameters' | 'posterior' | 'data'>;

/** Writes a model with its parameters in another format, such as `exportOnnx` of `@vardrop/adapter-onnx`. */
export type Exporter<Given extends Likelihoods, Options, Result> = (
  model: Model<Given>,
  parameters: TensorMap,
  options: Options,
) => Result;

/**
 * A trained network: a model with the values of all its tensors, and a backend that it runs on. `fit`, `createNetwork` and
 * `loadNetwork` give one. It does not change. It keeps nothing on the backend and does not close it.
 */
export interface Network<Given extends Likelihoods = Likelihoods> extends NetworkKnowledge {
  readonly model: Model<Given>;
  /** All that predictions read, by full name: parameters, and running statistics where the model carries some. */
  readonly parameters: TensorMap;
  readonly backend: Backend;
  /** What parameters predictions are averaged over, beside the noise; absent where all samples have the same. */
  readonly posterior?: ParameterPosterior;
  /** What `isotonic`, `conformal` and `selective` have learned, in the order in which they change predictions. */
  readonly calibration?: readonly CalibrationRule[];
  /** The data that the network was trained on, where `fit` had them in memory: calibration warns of rows of theirs. */
  readonly trainedOn?: DataDigest;
  /** The version of this library that made the network, or wrote the file it is from. */
  readonly version: string;
  /**
   * Predicts rows as `predict` does, and throws what it throws. A network with a preprocessing takes tables, or rows with values by
   * the names of their columns, and gives means and variances in the units of the targets' columns; it throws what
   * `preprocessInputs` and `tableFromRows` throw, and `VARDROP_PREPROCESSING` for numbers without names that are not `preprocessed`.
   * A table for a network of series is one series, or several of the same length one after the other. Labels have their names
   * beside them (`labelNames`) where the network knows those of the classes.
   */
  predict(
    inputs: PredictOptions['inputs'] | TableOrRows,
    options?: NetworkPredictOptions,
  ): Promise<PredictionOf<Given>>;
  /**
   * How good the predictions are, as `evaluate` says it, and throws what it throws. With a preprocessing, data may be a table, or rows
   * with values by the names of their columns, and metrics are in the units of the targets' columns.
   */
  evaluate(data: EvaluateOptions['data'] | TableOrRows, options?: NetworkEvaluateOptions): Promise<EvaluationOf<Given>>;
  /** The bytes of a network file, see `serializeNetwork`. */
  toBytes(): Uint8Array<ArrayBuffer>;
  /**
   * Writes a network file, in Node. A file that exists is replaced as a whole, and stays as it is if anything fails. Throws
   * `VARDROP_NETWORK_UNWRITABLE` (nothing is left behind), what `toBytes` throws, and `VARDROP_NO_FILE_SYSTEM` in a page: keep
   * the bytes of `toBytes` there.
   *
   * @param path a path, or a URL with the scheme `file:`
   */
  save(path: string | URL): Promise<void>;
  /**
   * What the exporter makes of model and parameters: `network.export(exportOnnx, { kind: 'sample' })`. It is told of a posterior, as the
   * option of that name.
   */
  export<Options, Result>(exporter: Exporter<Given, Options, Result>, options: Options): Result;
}
