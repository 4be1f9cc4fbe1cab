import { checkNoOptions, type NoOptions } from '../noOptions.js';
import type { Builder, Value } from '../program/builder.js';
import { elementCount } from '../program/shapes.js';
import { withRecipe } from '../recipe.js';
import { alphaShape, inputUnits } from './granularity.js';
import type { InputNoise, LayerParameters } from './noiseModel.js';
import { type TruncatedLogNormal, truncatedMoments, truncatedSample } from './truncatedLogNormal.js';

/** The interval of log z, and the start of log σ (Neklyudov et al. 2017). */
const low = -20;
const high = 0;
const startLogDeviation = -5;

/**
 * Structured Bayesian pruning (Neklyudov, Molchanov, Ashukha & Vetrov 2017): each input unit (each input channel of a convolution)
 * is multiplied by a factor z, `log z ~ N(μ, σ²)` truncated to [−20, 0], with the parameters `logMean` = μ (at first 0) and
 * `logDeviation` = log σ (at first −5), both of one number for each unit. Its divergence is `truncatedLogUniform`. E z is below 1,
 * so predictions by the means multiply the weights by it. `prune` removes units with a signal-to-noise ratio E z/√Var z ≤ 1, which
 * is log α ≥ 0 for α = Var z/(E z)². It has no options and throws `VARDROP_OPTION` if it is given any.
 */
export function structuredBayesianPruning(options: NoOptions = {}): InputNoise {
  checkNoOptions('structuredBayesianPruning', options);
  const posterior = ({ logMean, logDeviation }: LayerParameters): TruncatedLogNormal => ({
    logMean,
    logDeviation,
    low,
    high,
  });
  const moments = (b: Builder, own: LayerParameters) => truncatedMoments(b, posterior(own));
  const perUnit = (value: Value, b: Builder) => b.reshape(value, [elementCount(value.shape)]);
  return withRecipe('structuredBayesianPruning', options, {
    name: 'structured',
    acts: 'inputs',
    alpha: 'input',
    learns: 'truncatedLogNormal',
    threshold: 0,
    parameters: (weights) => [
      { name: 'logMean', shape: alphaShape('input', weights), initialize: { kind: 'constant', value: 0 } },
      {
        name: 'logDeviation',
        shape: alphaShape('input', weights),
        initialize: { kind: 'constant', value: startLogDeviation },
      },
    ],
    posterior: (_, own, weights) => ({
      kind: 'truncatedLogNormal',
      ...posterior(own),
      count: inputUnits(weights) / elementCount(own.logMean.shape),
    }),
    logAlpha: (b, own) => moments(b, own).logAlpha,
    moments: (b, own) => {
      const { mean, variance } = moments(b, own);
      return { mean, variance };
    },
    meanFactor: (b, own) => moments(b, own).mean,
    scale: (b, { logMean, logDeviation }, draw, shape) => {
      // Uniform numbers are multiples of 2⁻²³; the middle of the interval keeps u and 1 − u above 0.
      const u = b.add(draw('uniform', 'multiplier', shape), 2 ** -24);
      const units = posterior({ logMean: perUnit(logMean, b), logDeviation: perUnit(logDeviation, b) });
      return truncatedSample(b, units, u, shape);
    },
  });
}
