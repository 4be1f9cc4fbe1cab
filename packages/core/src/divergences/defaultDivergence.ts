import type { NoiseModel } from '../noise/noiseModel.js';
import type { Divergence } from './divergence.js';
import { gaussianPrior } from './gaussianPrior.js';
import { logUniformExact } from './logUniformExact.js';
import { truncatedLogUniform } from './truncatedLogUniform.js';

/**
 * The default divergence of a noise model: the exact KL to the log-uniform prior for noise with an α (as in the paper), and the
 * KL to a standard normal prior for mean-field weights and for learned Bernoulli rates; for structured Bayesian pruning its own. Undefined if the noise learns nothing.
 */
export function defaultDivergence(noise: NoiseModel): Divergence | undefined {
  if (noise.learns === undefined) return undefined;
  if (noise.learns === 'truncatedLogNormal') return truncatedLogUniform();
  const hasAlpha = noise.learns === 'scale' || (noise.learns === 'gaussian' && noise.alpha !== undefined);
  return hasAlpha ? logUniformExact() : gaussianPrior();
}
