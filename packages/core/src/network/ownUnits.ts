import type { Prediction, RegressionPrediction } from '../prediction/index.js';
import type { HeadTargets } from './targetRules.js';

/**
 * A prediction in the units of its columns, where the network was trained on standardized ones: means are shifted and scaled,
 * variances scaled.
 */
export function inOwnUnits(prediction: Prediction, { shift, scale }: Pick<HeadTargets, 'shift' | 'scale'>): Prediction {
  if (prediction.kind !== 'regression') return prediction;
  const { outputs } = prediction;
  const variances = (values: Float64Array) => values.map((value, i) => scale[i % outputs] ** 2 * value);
  return {
    ...prediction,
    mean: prediction.mean.map((value, i) => shift[i % outputs] + scale[i % outputs] * value),
    epistemicVariance: variances(prediction.epistemicVariance),
    aleatoricVariance: variances(prediction.aleatoricVariance),
  } satisfies RegressionPrediction;
}
