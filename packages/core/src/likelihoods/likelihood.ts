import type { Distribution } from '../distributions/distribution.js';
import type { ParameterSpecification } from '../noise/noiseModel.js';
import type { OneOrNamed } from '../oneOrNamed.js';
import type { Builder, Value } from '../program/builder.js';
import type { Recipe } from '../recipe.js';
import type { Predictive } from './predictive.js';

/**
 * What targets are. `labels`: one class of several (integers), or probabilities of the classes. `binary`: 0 or 1 for each output,
 * or probabilities of 1. `values`: numbers. `counts`: whole numbers from 0 upwards.
 */
export type TargetKind = 'labels' | 'binary' | 'values' | 'counts';

/** The parameters of a likelihood by their names within it, as values of a program. */
export type LikelihoodValues = Readonly<Record<string, Value>>;

/** What a network's outputs mean: the distribution of a target given them. */
export interface Likelihood<Targets extends TargetKind = TargetKind> {
  /** Stable name, such as `categorical`. */
  readonly name: string;
  /** The kind of targets. It decides how they are read, and which prediction `predict` returns. */
  readonly targets: Targets;
  /**
   * The shape of one target in programs, for outputs of the given shape. Labels come one-hot, or as probabilities: `[classes]`.
   * Throws `VARDROP_SHAPE` for outputs that do not fit.
   */
  targetShape(outputShape: readonly number[]): readonly number[];
  /** The learned parameters of the likelihood, with names under `likelihood/`. */
  parameters(outputShape: readonly number[]): readonly ParameterSpecification[];
  /** `−log p(target | output)` of each datapoint `[batch]`, in nats. The target is `[batch, …targetShape]`. */
  negativeLogLikelihood(b: Builder, output: Value, target: Value, parameters: LikelihoodValues): Value;
  /** What training minimizes for each datapoint `[batch]`, where it is not the negative log likelihood, as under label smoothing. */
  trainingLoss?(b: Builder, output: Value, target: Value, parameters: LikelihoodValues): Value;
  /** The distribution of a target given the outputs of one sample of the noise. */
  predictive(b: Builder, output: Value, parameters: LikelihoodValues): Predictive;
  /**
   * On the host: what quantiles and scores of `values` and `counts` are computed by. Without it they are refused. Its parameters are
   * those of the predictive.
   */
  readonly distribution?: Pick<Distribution, 'cdf' | 'crps' | 'discrete'>;
  /** Whether targets may be missing (NaN). They reach programs as `missingTarget`, and have to be left out of the sum. */
  readonly missing?: 'skip';
  /** How it was made, for descriptions and network files. */
  readonly recipe?: Recipe;
}

/** What the outputs of a model mean: one likelihood for a model with one output, or one for each output by its name. */
export type Likelihoods = OneOrNamed<Likelihood>;
