import { checkKind } from './checkKind.js';
import { checkTargets } from './checkTargets.js';
import type { RegressionPrediction } from './prediction.js';

/**
 * Mean of `−log N(target; mean, epistemic + aleatoric variance)` in nats a row, summed over the row's outputs. The
 * Gaussian has the mean and the variance of the predictive distribution, a mixture of one Gaussian a sample, but not
 * its shape; without noise in the weights they are the same. Targets are `[rows, outputs]`. Throws what
 * `checkTargets` says of them, `VARDROP_LIKELIHOOD` for another kind of prediction.
 */
export function gaussianNegativeLogLikelihood(prediction: RegressionPrediction, targets: ArrayLike<number>): number {
  checkKind('gaussianNegativeLogLikelihood', prediction, 'regression', 'negativeLogLikelihood');
  const { mean, epistemicVariance, aleatoricVariance, rows, outputs } = prediction;
  checkTargets('[gaussianNegativeLogLikelihood] targets', targets, rows, outputs);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) {
    const variance = epistemicVariance[i] + aleatoricVariance[i];
    sum += 0.5 * (Math.log(2 * Math.PI * variance) + (targets[i] - mean[i]) ** 2 / variance);
  }
  return sum / rows;
}
