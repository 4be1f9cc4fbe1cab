import { checkOptionNames } from '../checkOptionNames.js';
import { rankedGroups } from './rankedGroups.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Average precision `Σ (Rₙ − Rₙ₋₁) Pₙ`, in [0, 1]: at the nth greatest score, recall R is the share of positive rows with this
 * score or more, precision P the share of positive ones among all those rows. It is the area under the steps of the curve of
 * precision against recall, without interpolation. Scores `[rows]`, labels 0 and 1. Throws what `areaUnderRocCurve` throws.
 */
export function averagePrecision(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: RowWeights = {},
): number {
  checkOptionNames('averagePrecision', options, { weights: true });
  const { groups, positives } = rankedGroups('averagePrecision', scores, labels, options.weights);
  let right = 0;
  let chosen = 0;
  let sum = 0;
  for (const { hits, misses } of groups) {
    right += hits;
    chosen += hits + misses;
    sum += hits * (right / chosen);
  }
  return sum / positives;
}
