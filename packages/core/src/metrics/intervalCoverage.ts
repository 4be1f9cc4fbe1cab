import { checkOptionNames } from '../checkOptionNames.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { checkInterval } from './checkInterval.js';
import { meanOverValues } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Share of targets that lie in their intervals, bounds included, in [0, 1]. Of intervals from the quantile ½ − p/2 to ½ + p/2
 * it should be p. The arrays have one shape. Throws what `checkTargets` throws for each, `VARDROP_INTERVAL` for the first
 * interval whose lower bound is above its upper one, what `checkWeights` throws, and `VARDROP_OPTION` for unknown options.
 */
export function intervalCoverage(
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
  targets: ArrayLike<number>,
  options: RowWeights = {},
): number {
  checkOptionNames('intervalCoverage', options, { weights: true });
  checkInterval('intervalCoverage', lower, upper);
  checkTargets('[intervalCoverage] targets', targets, lower.length, 1);
  return meanOverValues('intervalCoverage', targets.length, options.weights, (i) =>
    lower[i] <= targets[i] && targets[i] <= upper[i] ? 1 : 0,
  );
}
