import type { Builder, Value } from '../program/builder.js';
import type { Shape } from '../program/program.js';
import type { Recipe } from '../recipe.js';

/**
 * What one α (or one rate) belongs to: the whole network, a layer, one input unit (a channel of a convolution), one output
 * unit, or one weight.
 */
export type Granularity = 'network' | 'layer' | 'input' | 'output' | 'weight';

/** The weights that noise acts on: `[in, out]` for a dense layer, `[height, width, in, out]` for a convolution. */
export type WeightShape = readonly number[];

/** A learned tensor. */
export interface ParameterSpecification {
  /** Name within the layer, such as `weights`, `bias`, `rho`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** `network` parameters are shared by all layers that name them. */
  readonly owner?: 'layer' | 'network';
  readonly initialize: Initializer;
}

/**
 * A constant initial value, values in equal runs one after the other (such as one for each gate of a bias), or random values.
 * `orthogonal`: the rows or the columns of the matrix `[…, out]` are orthonormal.
 */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'runs'; readonly values: readonly number[] }
  | { readonly kind: 'orthogonal' };

/** The parameters of one layer, by name. */
export type LayerParameters = Readonly<Record<string, Value>>;

/** Draws noise of a shape from the layer's stream `name`; the same name gives the same noise. */
export type Draw = (distribution: 'uniform' | 'normal', name: string, shape: Shape) => Value;

/** Mean, variance and standard deviation of independent weight noise, all of the weights' shape. */
export interface WeightMoments {
  readonly mean: Value;
  readonly variance: Value;
  /** ± √variance; the sign does not matter where the noise is symmetric. */
  readonly deviation: Value;
}

/**
 * What a divergence needs to know about the approximate posterior. `scale`: factors N(1, α), `count` independent ones for each
 * element of `logAlpha`. `gaussian`: weights N(mean, e^logVariance), all independent. `bernoulli`: factors that are 0 with
 * probability p = sigmoid(logit), else 1/(1 − p); `count` independent ones for each element of `logit`, which broadcasts to the
 * weights. `truncatedLogNormal`: factors whose logarithm is N(μ, σ²) truncated to [low, high], `logMean` = μ, `logDeviation` = log
 * σ; `count` independent ones for each element.
 */
export type Posterior =
  | { readonly kind: 'scale'; readonly logAlpha: Value; readonly alpha: Value; readonly count: number }
  | { readonly kind: 'gaussian'; readonly mean: Value; readonly logVariance: Value }
  | { readonly kind: 'bernoulli'; readonly weights: Value; readonly logit: Value; readonly count: number }
  | {
      readonly kind: 'truncatedLogNormal';
      readonly logMean: Value;
      readonly logDeviation: Value;
      readonly low: number;
      readonly high: number;
      readonly count: number;
    };

interface NoiseModelBase {
  /** Stable name, also used by the command line, such as `variational-b`. */
  readonly name: string;
  /** How it was made. Without it a model that has it cannot be described. */
  readonly recipe?: Recipe;
  /** What one learned α or rate belongs to; absent if none is learned per group. */
  readonly alpha?: Granularity;
  /** Which kind of posterior it learns; absent if nothing of the noise is learned. */
  readonly learns?: Posterior['kind'];
  /** Whether α ≤ 1 by construction. */
  readonly bounded?: boolean;
  /** Parameters beside the layer's own `weights` and `bias`. */
  parameters(weights: WeightShape): readonly ParameterSpecification[];
  /** The posterior for a divergence; present if and only if `learns` is. */
  posterior?(b: Builder, parameters: LayerParameters, weights: WeightShape): Posterior;
  /** log α (or logit p, which is log α of the matching Gaussian), broadcastable to the weights; absent without α. */
  logAlpha?(b: Builder, parameters: LayerParameters): Value;
  /** log α from which pruning removes, where nobody has chosen another. Default: 3. */
  readonly threshold?: number;
}

/** No noise. */
export interface NoNoise extends NoiseModelBase {
  readonly acts: 'nowhere';
}

/** Mean and variance of the factor of an input unit, broadcastable to the weights. */
export interface FactorMoments {
  readonly mean: Value;
  readonly variance: Value;
}

/** Noise that multiplies the inputs of a layer by one factor per input unit (correlated weight noise). */
export interface InputNoise extends NoiseModelBase {
  readonly acts: 'inputs';
  /** Moments of a factor as it is sampled; without them there is no `momentsProgram`. */
  moments?(b: Builder, parameters: LayerParameters): FactorMoments;
  /** What predictions by the means multiply the weights by, broadcastable to them. Default: 1. */
  meanFactor?(b: Builder, parameters: LayerParameters): Value;
  /** Factors of `shape` `[batch, in]`, `[1, in]` (or with two axes of length 1 between, for images). */
  scale(b: Builder, parameters: LayerParameters, draw: Draw, shape: Shape): Value;
}

/** Noise that is independent for each weight. */
export interface WeightNoise extends NoiseModelBase {
  readonly acts: 'weights';
  /** Whether a weight's noise is symmetric about its mean, as flipout needs. */
  readonly symmetric: boolean;
  moments(b: Builder, parameters: LayerParameters): WeightMoments;
  /**
   * Weights sampled with leading axes: `leading` is `[]` for one sample and `['batch']` for one per datapoint. Default:
   * Gaussian samples with the given moments.
   */
  sample?(b: Builder, parameters: LayerParameters, draw: Draw, leading: Shape): Value;
}

/**
 * The noise of a layer's weights. A noise model only builds programs; custom noise models can do all that those here do. It is
 * given the parameters by name, including `weights`.
 */
export type NoiseModel = NoNoise | InputNoise | WeightNoise;
