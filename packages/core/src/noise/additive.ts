import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder } from '../program/builder.js';
import type { LayerParameters, WeightNoise } from './noiseModel.js';

/** Start of log σ² where none is given: variances small enough not to disturb the first epochs. */
const smallLogVariance = -10;

/** What is said to those who give a rate, as with other noise. */
const noRate = 'Weights have variances of their own here: write logVariance, where they start.';

/** Weights N(θ, σ²) with θ and log σ² learned for each weight. */
function additive(who: string, name: string, options: { readonly logVariance?: number }) {
  checkOptionNames(who, options, { logVariance: true }, { rate: noRate });
  const { logVariance = smallLogVariance } = options;
  if (!Number.isFinite(logVariance)) {
    throw new VardropError(
      'VARDROP_VARIANCE',
      `[${who}] logVariance: got ${formatValue(logVariance)}, needs a finite number, the natural logarithm of σ². Leave it out for ${smallLogVariance}.`,
    );
  }
  return {
    name,
    acts: 'weights' as const,
    learns: 'gaussian' as const,
    symmetric: true,
    parameters: (weights: readonly number[]) => [
      { name: 'logVariance', shape: weights, initialize: { kind: 'constant' as const, value: logVariance } },
    ],
    moments: (b: Builder, { weights: mean, logVariance: value }: LayerParameters) => ({
      mean,
      variance: b.exp(value),
      deviation: b.exp(b.mul(0.5, value)),
    }),
    posterior: (_: Builder, { weights: mean, logVariance: value }: LayerParameters) => ({
      kind: 'gaussian' as const,
      mean,
      logVariance: value,
    }),
  };
}

/**
 * Sparse variational dropout (Molchanov, Ashukha & Vetrov 2017): weights N(θ, σ²) under a log-uniform (or ARD) prior,
 * so that `log α = log σ² − log θ²` is unbounded and weights with large α can be removed. `logVariance` is where log σ²
 * starts, −10 where left out. Throws `VARDROP_VARIANCE` unless it is finite, `VARDROP_OPTION` for other options.
 */
export function sparseVariational(options: { readonly logVariance?: number } = {}): WeightNoise {
  return {
    ...additive('sparseVariational', 'sparse', options),
    alpha: 'weight',
    logAlpha: (b, { weights, logVariance }) => b.sub(logVariance, b.log(b.square(weights))),
  };
}

/**
 * Mean-field Gaussian weights N(θ, σ²) under a Gaussian prior (Graves 2011; Blundell et al. 2015). `logVariance` is
 * where log σ² starts, −10 where left out. Throws `VARDROP_VARIANCE` unless it is finite, `VARDROP_OPTION` for other
 * options.
 */
export function meanField(options: { readonly logVariance?: number } = {}): WeightNoise {
  return additive('meanField', 'mean-field', options);
}
