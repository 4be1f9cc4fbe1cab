import type { Law } from '../law.js';
import { checkMoments } from './noiseMoments.js';
import { checkSpecialCases } from './noiseSpecialCases.js';

/** Noise models: the law of the pre-activations, and where one model is another. */
export const noiseModels: Law = {
  id: 'noise-models',
  statement:
    'pre-activations have the mean, variance and covariance that their noise defines, and models agree where one is a case of another',
  async check(context) {
    await checkMoments(context);
    await checkSpecialCases(context);
  },
};
