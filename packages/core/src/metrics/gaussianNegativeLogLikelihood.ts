import { checkKind } from '../prediction/checkKind.js';
import { checkTargets } from '../prediction/checkTargets.js';
import type { RegressionPrediction } from '../prediction/prediction.js';

/**
 * Mean of `−log N(target; mean, epistemic + aleatoric variance)` in nats per row, summed over the row's outputs. The predictive
 * distribution is a mixture of one Gaussian per sample. This Gaussian has the same mean and variance, but not the same shape,
 * unless the weights have no noise. Targets are `[rows, outputs]`. Throws what `checkTargets` throws, `VARDROP_LIKELIHOOD` for
 * another kind of prediction.
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
