import type { Law } from '../law.js';
import { checkConvolution } from './convolutionMoments.js';
import { checkDistributions } from './noiseDistributions.js';
import { checkMoments } from './noiseMoments.js';
import { checkSharedNoise } from './sharedNoise.js';

/** The law of noisy pre-activations, for every noise model under each of its estimators. */
export const localReparametrization: Law = {
  id: 'local-reparametrization',
  statement:
    'pre-activations have the mean (with their bias), variance and covariance that their noise defines, between outputs, locations and datapoints, and moments in closed form are theirs; flipout’s signs are one a channel and one a filter of each datapoint; for dense layers with Gaussian weights local noise and weight samples have one law, in convolutions one mean and variance',
  async check(context) {
    await checkMoments(context);
    await checkDistributions(context);
    await checkConvolution(context);
    await checkSharedNoise(context);
  },
};
