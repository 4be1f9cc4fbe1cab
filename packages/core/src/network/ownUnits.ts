import type { RegressionPrediction } from '../prediction/index.js';
import type { HeadTargets } from './targetRules.js';

/**
 * A prediction in the units of its columns, where the network was trained on standardized ones: means and quantiles are
 * shifted and scaled, variances scaled.
 */
export function inOwnUnits(
  prediction: RegressionPrediction,
  { shift, scale }: Pick<HeadTargets, 'shift' | 'scale'>,
): RegressionPrediction {
  const columns = scale.length;
  const variances = (values: Float64Array) => values.map((value, i) => scale[i % columns] ** 2 * value);
  const quantilesIn = (values: Float64Array<ArrayBuffer>) => {
    const count = values.length / prediction.mean.length;
    return values.map((value, i) => {
      const column = Math.floor(i / count) % columns;
      return shift[column] + scale[column] * value;
    });
  };
  const boundsIn = (values: Float64Array<ArrayBuffer>) =>
    values.map((value, i) => shift[i % columns] + scale[i % columns] * value);
  const { interval } = prediction;
  return {
    ...prediction,
    mean: prediction.mean.map((value, i) => shift[i % columns] + scale[i % columns] * value),
    epistemicVariance: variances(prediction.epistemicVariance),
    aleatoricVariance: variances(prediction.aleatoricVariance),
    ...(interval && { interval: { ...interval, lower: boundsIn(interval.lower), upper: boundsIn(interval.upper) } }),
    ...(prediction.quantiles && { quantiles: quantilesIn(prediction.quantiles) }),
  };
}
