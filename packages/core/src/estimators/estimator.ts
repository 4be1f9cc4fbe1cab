import type { Draw, InputNoise, LayerParameters, NoiseModel, WeightNoise } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import type { Shape } from '../program/program.js';
import type { Recipe } from '../recipe.js';

/** A map that is linear in its inputs and in its weights, without bias: a matrix product or a convolution. */
export interface LinearMap {
  /** Pre-activations of inputs `x` under shared weights. */
  apply(b: Builder, x: Value, weights: Value): Value;
  /** The same with weights of their own for each datapoint: `weights` has a leading `batch` axis. */
  applyEach(b: Builder, x: Value, weights: Value): Value;
  /** One factor for each unit of one row of inputs: `[1, in]`, or `[1, 1, 1, in]` for images. */
  readonly inputFactors: Shape;
  /** The same for outputs. */
  readonly outputFactors: Shape;
  /**
   * Whether the weights are used at several places of one datapoint, as in convolutions. Estimators that draw noise of
   * pre-activations are then another model than random weights.
   */
  readonly shared?: boolean;
  /** The reason why this map cannot have the noise under the estimator; undefined if it can. */
  refuses?(noise: NoiseModel, estimator: Estimator): string | undefined;
  /**
   * Present where inputs are row numbers, which stand for one-hot vectors: pre-activations of these vectors times `factors`, of
   * the shape of `inputFactors` with one row or `batch` rows. One-hot vectors are their own squares. Default: `apply` of the
   * product.
   */
  applyScaled?(b: Builder, x: Value, factors: Value, weights: Value): Value;
}

/** Pre-activations of inputs `x` times `factors`, one for each unit. */
export function applyScaled(linear: LinearMap, b: Builder, x: Value, factors: Value, weights: Value): Value {
  return linear.applyScaled?.(b, x, factors, weights) ?? linear.apply(b, b.mul(x, factors), weights);
}

/** What an estimator works on: one layer's linear map, inputs and noisy weights. */
export interface EstimatorContext<Noise extends NoiseModel = InputNoise | WeightNoise> {
  readonly builder: Builder;
  readonly linear: LinearMap;
  readonly noise: Noise;
  /** Inputs `[batch, …]`. */
  readonly x: Value;
  readonly parameters: LayerParameters;
  readonly draw: Draw;
  /**
   * A value by name that does not depend on `x`, such as sampled weights. Where a map is applied several times with one draw, as
   * at each step of a sequence, it is built the first time.
   */
  readonly once: (name: string, build: () => Value) => Value;
}

/**
 * How a layer's weight noise is sampled. In dense layers all estimators give the outputs of one datapoint the same
 * distribution, so loss and gradient have the same expectation. They differ in the correlation between datapoints, which sets
 * the variance of the gradient, and in cost. Exceptions: with Bernoulli noise on weights, local reparametrization has the right
 * mean and variance only. In convolutions it lacks the covariance between locations.
 */
export interface Estimator {
  /** Stable name, also used by the command line, such as `local`. */
  readonly name: string;
  /** How it was made. Without it a model that has it cannot be described. */
  readonly recipe?: Recipe;
  /** Whether weight noise is drawn for each pre-activation, in place of the weights. */
  readonly preActivations?: boolean;
  /** The reason why this estimator cannot sample this noise; undefined if it can. */
  refuses(noise: NoiseModel): string | undefined;
  /** Pre-activations (without bias) under sampled noise. */
  apply(context: EstimatorContext): Value;
}

/** Multiplies the inputs by factors drawn for every datapoint (`batch` rows) or once for all (one row). */
export function scaleInputs(context: EstimatorContext<InputNoise>, rows: 'batch' | 1): Value {
  const { builder: b, linear, noise, x, parameters, draw, once } = context;
  const shape = [rows, ...linear.inputFactors.slice(1)];
  const factors = once('factors', () => noise.scale(b, parameters, draw, shape));
  return applyScaled(linear, b, x, factors, parameters.weights);
}

/** Weights sampled with leading axes: the noise model's own way, or Gaussian with its moments. */
export function sampleWeights(context: EstimatorContext<WeightNoise>, leading: Shape): Value {
  const { builder: b, noise, parameters, draw, once } = context;
  return once('weights', () => {
    if (noise.sample) return noise.sample(b, parameters, draw, leading);
    const { mean, deviation } = noise.moments(b, parameters);
    return b.add(mean, b.mul(deviation, draw('normal', 'weights', [...leading, ...mean.shape])));
  });
}
