import { checkOptionNames } from '../checkOptionNames.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { meanOverValues } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Root of the mean squared difference over all numbers predicted, in the targets' units. Throws what `checkTargets` throws for
 * either: as many targets as predicted numbers, all finite. Throws what `checkWeights` throws, `VARDROP_OPTION` for unknown
 * options.
 */
export function rootMeanSquaredError(
  predicted: ArrayLike<number>,
  targets: ArrayLike<number>,
  options: RowWeights = {},
): number {
  checkOptionNames('rootMeanSquaredError', options, { weights: true });
  checkTargets('[rootMeanSquaredError] predicted', predicted, predicted?.length, 1);
  checkTargets('[rootMeanSquaredError] targets', targets, predicted.length, 1);
  const square = (i: number) => (predicted[i] - targets[i]) ** 2;
  return Math.sqrt(meanOverValues('rootMeanSquaredError', targets.length, options.weights, square));
}
