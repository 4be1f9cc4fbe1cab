import type { Prediction, RegressionPrediction } from '../prediction/index.js';
import type { HeadTargets } from './targetRules.js';

/**
 * A prediction in the units of its columns, where the network was trained on standardized ones: means are shifted and scaled,
 * variances scaled.
 */
export function inOwnUnits(prediction: Prediction, { shift, scale }: Pick<HeadTargets, 'shift' | 'scale'>): Prediction {
  if (prediction.kind !== 'regression') return prediction;
  const columns = scale.length;
  const variances = (values: Float64Array) => values.map((value, i) => scale[i % columns] ** 2 * value);
  return {
    ...prediction,
    mean: prediction.mean.map((value, i) => shift[i % columns] + scale[i % columns] * value),
    epistemicVariance: variances(prediction.epistemicVariance),
    aleatoricVariance: variances(prediction.aleatoricVariance),
  } satisfies RegressionPrediction;
}
