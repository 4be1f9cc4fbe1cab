import { checkOptionNames } from '../checkOptionNames.js';
import { rankedGroups } from './rankedGroups.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Area under `rocCurve` (AUROC), in [0, 1]: the probability that a positive row has a greater score than a negative one, where
 * equal scores count half (Hanley & McNeil 1982). Only the order of the scores `[rows]` counts; labels are 0 and 1. Throws
 * `VARDROP_TYPE`, `VARDROP_EMPTY`, `VARDROP_SHAPE`, `VARDROP_NON_FINITE` for other scores, `VARDROP_LABEL` for other labels or
 * if all are alike, what `checkWeights` throws, and `VARDROP_OPTION` for unknown options.
 */
export function areaUnderRocCurve(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: RowWeights = {},
): number {
  checkOptionNames('areaUnderRocCurve', options, { weights: true });
  const { groups, positives, negatives } = rankedGroups('areaUnderRocCurve', scores, labels, options.weights);
  let above = 0;
  let area = 0;
  for (const { hits, misses } of groups) {
    area += misses * (above + hits / 2);
    above += hits;
  }
  return area / positives / negatives;
}
