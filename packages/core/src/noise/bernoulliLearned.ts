import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder } from '../program/builder.js';
import { elementCount } from '../program/shapes.js';
import { alphaShape, inputUnits } from './granularity.js';
import type { InputNoise, LayerParameters, WeightNoise, WeightShape } from './noiseModel.js';
import { alphaOfRate, checkRate } from './rate.js';
import { relaxedFactor, relaxedMoments } from './relaxedMask.js';

/** Options of Bernoulli noise with learned rates. */
export interface BernoulliLearnedOptions {
  /** What shares one rate: a layer, an input unit, or a weight (DropConnect); `layer` where left out. */
  readonly rates?: 'layer' | 'input' | 'weight';
  /** Where p starts; 0.1 where left out. */
  readonly rate?: number;
  /** Temperature of the relaxed mask, 0.1 where left out; towards 0 it becomes binary. */
  readonly temperature?: number;
}

/**
 * Bernoulli noise whose rates p = sigmoid(ρ) are learned through a relaxed mask (concrete dropout: Gal, Hron & Kendall
 * 2017). The relaxed mask has less variance than the binary one: at temperature 0.1 and p = 0.1 0.910 of p/(1 − p), and
 * its factor has mean 0.9987, not 1; moments are those of the relaxed mask, which is what is sampled. `weight` drops
 * single weights (DropConnect: Wan et al. 2013); its local estimator samples a Gaussian with the pre-activation's mean
 * and variance (Wang & Manning 2013), so it matches moments and not the law.
 * Throws `VARDROP_RATE` unless 0 < rate < 1, `VARDROP_ALPHA` for other `rates`, `VARDROP_TEMPERATURE` unless the
 * temperature is positive, and `VARDROP_OPTION` for other options.
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
      '[bernoulliLearned] rate: got 0, needs a start above 0, since logit p has to be finite. Use none() for no noise.',
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
    return {
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
    };
  }
  return {
    ...common(inputUnits),
    acts: 'inputs',
    moments: (b, { rho }) => relaxedMoments(b, rho, temperature),
    scale: (b, { rho }, draw, shape) => {
      const units = rho.shape.length === 0 ? rho : b.reshape(rho, [elementCount(rho.shape)]);
      return relaxedFactor(b, units, temperature, draw, shape);
    },
  };
}
