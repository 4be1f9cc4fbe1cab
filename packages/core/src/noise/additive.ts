import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder } from '../program/builder.js';
import { withRecipe } from '../recipe.js';
import type { LayerParameters, WeightNoise } from './noiseModel.js';

/** Default initial value of log σ²: small enough not to disturb the first epochs. */
const smallLogVariance = -10;

/** Shown when a rate is given, as for other noise models. */
const noRate = 'Each weight has its own variance here. Write logVariance, the initial log σ².';

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
 * Sparse variational dropout (Molchanov, Ashukha & Vetrov 2017): weights N(θ, σ²) under a log-uniform (or ARD) prior, so that
 * `log α = log σ² − log θ²` is unbounded and weights with large α can be removed. `logVariance` is the initial value of log σ²
 * (default −10). Throws `VARDROP_VARIANCE` unless it is finite, `VARDROP_OPTION` for unknown options.
 */
export function sparseVariational(options: { readonly logVariance?: number } = {}): WeightNoise {
  return withRecipe('sparseVariational', options, {
    ...additive('sparseVariational', 'sparse', options),
    alpha: 'weight',
    logAlpha: (b, { weights, logVariance }) => b.sub(logVariance, b.log(b.square(weights))),
  });
}

/**
 * Mean-field Gaussian weights N(θ, σ²) under a Gaussian prior (Graves 2011; Blundell et al. 2015). `logVariance` is the initial
 * value of log σ² (default −10). Throws `VARDROP_VARIANCE` unless it is finite, `VARDROP_OPTION` for unknown options.
 */
export function meanField(options: { readonly logVariance?: number } = {}): WeightNoise {
  return withRecipe('meanField', options, additive('meanField', 'mean-field', options));
}
