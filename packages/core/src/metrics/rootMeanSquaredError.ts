import { checkTargets } from '../prediction/checkTargets.js';

/**
 * Root of the mean squared difference over all numbers predicted, in the targets' units. Throws what `checkTargets` throws for
 * either: as many targets as predicted numbers, all finite.
 */
export function rootMeanSquaredError(predicted: ArrayLike<number>, targets: ArrayLike<number>): number {
  checkTargets('[rootMeanSquaredError] predicted', predicted, predicted?.length, 1);
  checkTargets('[rootMeanSquaredError] targets', targets, predicted.length, 1);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (predicted[i] - targets[i]) ** 2;
  return Math.sqrt(sum / targets.length);
}
