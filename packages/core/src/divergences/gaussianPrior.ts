import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { withRecipe } from '../recipe.js';
import { type Divergence, refusePosterior, refuseTruncated, sumOver } from './divergence.js';

/**
 * The KL to a prior N(0, σ²): of Gaussian weights in closed form; of the factors N(1, α) of noise on the inputs; of Bernoulli
 * noise with learned rates in the form of concrete dropout with prior length scale l = 1/σ (Gal, Hron & Kendall 2017):
 * `½ l² Σ θ²/(1 − p) + Σ (p log p + (1 − p) log(1 − p))`, the entropies once per mask variable. This form omits a constant and
 * may be negative. σ is 1 by default. Throws `VARDROP_SIGMA` unless σ is positive, `VARDROP_OPTION` for unknown options.
 */
export function gaussianPrior(options: { readonly sigma?: number } = {}): Divergence {
  checkOptionNames('gaussian', options, { sigma: true });
  const { sigma = 1 } = options;
  if (!(Number.isFinite(sigma) && sigma > 0)) {
    throw new VardropError(
      'VARDROP_SIGMA',
      `[gaussianPrior] sigma: got ${formatValue(sigma)}, needs a positive number, the prior's standard deviation.`,
    );
  }
  const precision = 1 / sigma ** 2;
  const logPriorVariance = 2 * Math.log(sigma);
  return withRecipe('gaussianPrior', options, {
    name: 'gaussian',
    refuses(noise) {
      if (noise.learns === undefined) return 'this noise learns nothing, so its KL is a constant';
      const truncated = refuseTruncated(noise);
      if (truncated !== undefined) return truncated;
      if (noise.learns === 'scale' && noise.acts === 'weights') {
        return 'the posterior N(θ, αθ²) shrinks to a point at θ = 0, where its KL to a Gaussian is infinite; use meanField';
      }
      if (noise.learns === 'gaussian' && noise.alpha !== undefined) {
        return 'sparse variational dropout needs the log-uniform or ARD prior for its sparsity; use meanField for a Gaussian prior';
      }
      return undefined;
    },
    kl(b, posterior) {
      switch (posterior.kind) {
        case 'gaussian': {
          const moment = b.add(b.square(posterior.mean), b.exp(posterior.logVariance));
          const logRatio = b.sub(posterior.logVariance, logPriorVariance);
          return sumOver(b, posterior, b.mul(0.5, b.sub(b.mul(precision, moment), b.add(1, logRatio))));
        }
        case 'scale': {
          const moment = b.add(1, posterior.alpha);
          const logRatio = b.sub(posterior.logAlpha, logPriorVariance);
          return sumOver(b, posterior, b.mul(0.5, b.sub(b.mul(precision, moment), b.add(1, logRatio))));
        }
        case 'truncatedLogNormal':
          return refusePosterior('gaussian', posterior);
        case 'bernoulli': {
          const { weights, logit } = posterior;
          // 1/(1 − p) = 1 + e^ρ, log p = −softplus(−ρ), log(1 − p) = −softplus(ρ).
          const moment = b.reduceSum(b.mul(b.square(weights), b.add(1, b.exp(logit))));
          const p = b.sigmoid(logit);
          const negativeEntropy = b.neg(
            b.add(b.mul(p, b.softplus(b.neg(logit))), b.mul(b.sigmoid(b.neg(logit)), b.softplus(logit))),
          );
          return b.add(b.mul(0.5 * precision, moment), sumOver(b, posterior, negativeEntropy));
        }
      }
    },
  });
}
