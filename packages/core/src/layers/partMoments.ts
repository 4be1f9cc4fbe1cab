import { VardropError } from '../errors.js';
import type { FactorMoments, InputNoise, LayerParameters } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import { type LinearPart, parametersOfPart, partName } from './linearPart.js';
import type { Moments, Sources } from './moments.js';

/**
 * Pre-activations of a part, with the bias, for inputs of means m and variances v under weights of means μ and variances σ²: means `Σ μ m`,
 * variances `Σ σ² (m² + v) + μ² v` (Kingma, Salimans & Welling 2015, eq. 6; Wu et al. 2019). A factor of an input unit with mean
 * and variance is noise of the weights that it multiplies; that units then share it, and places of an image the weights' noise, is
 * not seen in the variance of one number.
 *
 * Throws `VARDROP_MOMENTS` for noise on inputs whose moments are not given, or which a convolution shares across the cells of a channel.
 */
export function partMoments(
  b: Builder,
  layer: string,
  part: LinearPart,
  x: Moments,
  ofLayer: LayerParameters,
  sources: Sources,
): Moments {
  const own = parametersOfPart(part, ofLayer);
  const { noise } = part;
  const { mean, variance } =
    noise.acts === 'inputs' && part.map.applyScaled === undefined
      ? ofScaledInputs(b, part, x, own, factorMoments(b, layer, part, noise, own), sources)
      : ofWeights(b, part, x, weightMoments(b, layer, part, own), sources);
  const gamma = b.label(mean, 'gamma');
  const shifted = part.bias ? b.add(gamma, own.bias) : gamma;
  return variance === undefined ? { mean: shifted } : { mean: shifted, variance: b.label(variance, 'delta') };
}

/** Noise that is independent for each weight, or none. */
function ofWeights(
  b: Builder,
  { map }: LinearPart,
  x: Moments,
  weights: { readonly mean: Value; readonly variance?: Value },
  sources: Sources,
): Moments {
  const mean = map.apply(b, x.mean, weights.mean);
  const ofInputs = x.variance && map.apply(b, x.variance, b.square(weights.mean));
  if (weights.variance === undefined) return { mean, variance: ofInputs };
  // Row numbers stand for one-hot vectors, which are their own squares.
  const square = map.applyScaled ? x.mean : b.square(x.mean);
  const ofNoise = map.apply(b, x.variance ? b.add(square, x.variance) : square, weights.variance);
  sources.source(mean, ofNoise);
  return { mean, variance: ofInputs ? b.add(ofNoise, ofInputs) : ofNoise };
}

/** Noise that multiplies the inputs. */
function ofScaledInputs(
  b: Builder,
  { map }: LinearPart,
  x: Moments,
  own: LayerParameters,
  factor: FactorMoments,
  sources: Sources,
): Moments {
  const perUnit = (value: Value) => b.reshape(value, value.shape.every((n) => n === 1) ? [] : map.inputFactors);
  const [mean, variance] = [perUnit(factor.mean), perUnit(factor.variance)];
  const scaled = b.mul(x.mean, mean);
  // A value of its own: others may read these inputs too.
  const read = b.withDerivative(scaled, [[scaled, 1]]);
  const square = b.square(x.mean);
  const ofNoise = b.mul(x.variance ? b.add(square, x.variance) : square, variance);
  sources.source(read, ofNoise);
  const spread = x.variance ? b.add(ofNoise, b.mul(x.variance, b.square(mean))) : ofNoise;
  return { mean: map.apply(b, read, own.weights), variance: map.apply(b, spread, b.square(own.weights)) };
}

/** Mean and variance of each weight with its noise; of a table with the factor of its row. */
function weightMoments(
  b: Builder,
  layer: string,
  part: LinearPart,
  own: LayerParameters,
): { readonly mean: Value; readonly variance?: Value } {
  const { noise } = part;
  switch (noise.acts) {
    case 'nowhere':
      return { mean: own.weights };
    case 'weights':
      return noise.moments(b, own);
    case 'inputs': {
      const factor = factorMoments(b, layer, part, noise, own);
      return { mean: b.mul(factor.mean, own.weights), variance: b.mul(factor.variance, b.square(own.weights)) };
    }
  }
}

/** Mean and variance of the factor of an input. */
function factorMoments(
  b: Builder,
  layer: string,
  { name, weightShape }: LinearPart,
  noise: InputNoise,
  own: LayerParameters,
): FactorMoments {
  const refuse = (got: string, needs: string): never => {
    throw new VardropError(
      'VARDROP_MOMENTS',
      `[${partName(layer, name)}] moments: got ${got}, needs ${needs}. Use samples instead.`,
    );
  };
  // One number would be a sum over cells of one channel, all with the same factor.
  const cells = weightShape.slice(0, -2).reduce((product, n) => product * n, 1);
  if (cells > 1) refuse('noise on the channels of a convolution', 'noise on weights, or a dense layer');
  return noise.moments?.(b, own) ?? refuse(`the noise '${noise.name}' without moments`, 'noise that gives them');
}
