import type { NoiseModel } from '../noise/noiseModel.js';
import type { Divergence } from './divergence.js';
import { gaussianPrior } from './gaussianPrior.js';
import { logUniformExact } from './logUniformExact.js';

/**
 * What noise pays for where nobody says: the exact KL to the log-uniform prior where it has an α (the paper's), the KL to
 * a standard normal prior for mean-field weights and for learned Bernoulli rates, nothing where nothing is learned.
 */
export function defaultDivergence(noise: NoiseModel): Divergence | undefined {
  if (noise.learns === undefined) return undefined;
  const hasAlpha = noise.learns === 'scale' || (noise.learns === 'gaussian' && noise.alpha !== undefined);
  return hasAlpha ? logUniformExact() : gaussianPrior();
}
