import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder } from '../program/builder.js';
import { elementCount } from '../program/shapes.js';
import { withRecipe } from '../recipe.js';
import { alphaShape, inputUnits } from './granularity.js';
import type { InputNoise, LayerParameters, WeightNoise, WeightShape } from './noiseModel.js';
import { alphaOfRate, checkRate } from './rate.js';
import { relaxedFactor, relaxedMoments } from './relaxedMask.js';

/** Options of Bernoulli noise with learned rates. */
export interface BernoulliLearnedOptions {
  /** What one rate belongs to: a layer, an input unit, or a weight (DropConnect). Default: `layer`. */
  readonly rates?: 'layer' | 'input' | 'weight';
  /** Initial value of p. Default: 0.1. */
  readonly rate?: number;
  /** Temperature of the relaxed mask. Default: 0.1. The mask becomes binary as the temperature goes to 0. */
  readonly temperature?: number;
}

/**
 * Bernoulli noise whose rates p = sigmoid(ρ) are learned through a relaxed mask (concrete dropout: Gal, Hron & Kendall 2017).
 * The relaxed mask has less variance than the binary mask: 0.910 of p/(1 − p) at temperature 0.1 and p = 0.1. Its factor has
 * mean 0.9987 there, not 1. The moments are those of the relaxed mask, which is sampled. `weight` drops single weights
 * (DropConnect: Wan et al. 2013); local reparametrization then samples a Gaussian with the mean and variance of the
 * pre-activation (Wang & Manning 2013), so it matches these moments only. Throws `VARDROP_RATE` unless 0 < rate < 1,
 * `VARDROP_ALPHA` for other `rates`, `VARDROP_TEMPERATURE` unless the temperature is positive, and `VARDROP_OPTION` for unknown
 * options.
 */
export function bernoulliLearned(options: BernoulliLearnedOptions = {}): InputNoise | WeightNoise {
  const known = { rates: true, rate: true, temperature: true } as const;
  checkOptionNames('bernoulliLearned', options, known, { alpha: 'Write rates.', p: 'Write rate.' });
  const { rates = 'layer', rate = 0.1, temperature = 0.1 } = options;
  checkChoice('VARDROP_ALPHA', '[bernoulliLearned] rates', rates, ['layer', 'input', 'weight']);
  checkRate('bernoulliLearned', rate);
  if (!(rate > 0)) {
    throw new VardropError(
      'VARDROP_RATE',
      '[bernoulliLearned] rate: got 0, needs an initial rate above 0, since logit p has to be finite. Use noNoise() for no noise.',
    );
  }
  if (!(Number.isFinite(temperature) && temperature > 0)) {
    throw new VardropError(
      'VARDROP_TEMPERATURE',
      `[bernoulliLearned] temperature: got ${formatValue(temperature)}, needs a positive number.`,
    );
  }
  const common = (variables: (weights: WeightShape) => number) => ({
    name: 'bernoulli-learned',
    alpha: rates,
    learns: 'bernoulli' as const,
    parameters: (weights: WeightShape) => [
      {
        name: 'rho',
        shape: alphaShape(rates, weights),
        initialize: { kind: 'constant' as const, value: Math.log(alphaOfRate(rate)) },
      },
    ],
    posterior: (_: Builder, { weights: mean, rho }: LayerParameters, weights: WeightShape) => ({
      kind: 'bernoulli' as const,
      weights: mean,
      logit: rho,
      count: variables(weights) / elementCount(alphaShape(rates, weights)),
    }),
    // p/(1 − p), the variance of the binary mask, is the α of the Gaussian with that variance.
    logAlpha: (_: Builder, { rho }: LayerParameters) => rho,
  });
  if (rates === 'weight') {
    return withRecipe('bernoulliLearned', options, {
      ...common(elementCount),
      acts: 'weights',
      symmetric: false,
      moments: (b, { weights, rho }) => {
        const { mean, variance } = relaxedMoments(b, rho, temperature);
        return {
          mean: b.mul(mean, weights),
          variance: b.mul(variance, b.square(weights)),
          deviation: b.mul(b.sqrt(variance), weights),
        };
      },
      sample: (b, { weights, rho }, draw, leading) =>
        b.mul(weights, relaxedFactor(b, rho, temperature, draw, [...leading, ...weights.shape])),
    });
  }
  return withRecipe('bernoulliLearned', options, {
    ...common(inputUnits),
    acts: 'inputs',
    moments: (b, { rho }) => relaxedMoments(b, rho, temperature),
    scale: (b, { rho }, draw, shape) => {
      const units = rho.shape.length === 0 ? rho : b.reshape(rho, [elementCount(rho.shape)]);
      return relaxedFactor(b, units, temperature, draw, shape);
    },
  });
}
