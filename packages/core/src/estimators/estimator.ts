import type { Draw, InputNoise, LayerParameters, NoiseModel, WeightNoise } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import type { Shape } from '../program/program.js';

/** A map that is linear in its inputs and its weights, without bias: a matrix product or a convolution. */
export interface LinearMap {
  /** Pre-activations of inputs `x` under shared weights. */
  apply(b: Builder, x: Value, weights: Value): Value;
  /** The same with weights of their own for each datapoint: `weights` has a leading `batch` axis. */
  applyEach(b: Builder, x: Value, weights: Value): Value;
  /** One factor for each unit of one row of inputs: `[1, in]`, or `[1, 1, 1, in]` for images. */
  readonly inputFactors: Shape;
  /** The same for outputs. */
  readonly outputFactors: Shape;
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
}

/**
 * How a layer's weight noise is sampled. In dense layers all estimators give one datapoint's outputs the same law, and so
 * loss and gradient the same expectation; they differ in how datapoints are correlated, and so in the variance of the
 * gradient, and in cost. Exceptions: with Bernoulli noise on weights `local` has the law's mean and variance only, and in
 * convolutions it lacks the covariance between locations.
 */
export interface Estimator {
  /** Stable name, as the command line has it, such as `local`. */
  readonly name: string;
  /** Why this noise cannot be sampled so, or undefined if it can. */
  refuses(noise: NoiseModel): string | undefined;
  /** Pre-activations (without bias) under sampled noise. */
  apply(context: EstimatorContext): Value;
}

/** Multiplies the inputs by factors drawn for every datapoint (`batch` rows) or once for all (one row). */
export function scaleInputs(context: EstimatorContext<InputNoise>, rows: 'batch' | 1): Value {
  const { builder: b, linear, noise, x, parameters, draw } = context;
  const factors = noise.scale(b, parameters, draw, [rows, ...linear.inputFactors.slice(1)]);
  return linear.apply(b, b.mul(x, factors), parameters.weights);
}

/** Weights sampled with leading axes: the noise model's own way, or Gaussian with its moments. */
export function sampleWeights(context: EstimatorContext<WeightNoise>, leading: Shape): Value {
  const { builder: b, noise, parameters, draw } = context;
  if (noise.sample) return noise.sample(b, parameters, draw, leading);
  const { mean, deviation } = noise.moments(b, parameters);
  return b.add(mean, b.mul(deviation, draw('normal', 'weights', [...leading, ...mean.shape])));
}
