import { checkOptionNames } from '../checkOptionNames.js';
import { rankedGroups } from './rankedGroups.js';
import type { RowWeights } from './rowWeights.js';

/** Rates where rows are called positive whose score is `threshold` or more. */
export interface RocPoint {
  readonly threshold: number;
  /** Share of the negative rows that are called positive, in [0, 1]. */
  readonly falsePositiveRate: number;
  /** Share of the positive rows that are called positive, in [0, 1]. */
  readonly truePositiveRate: number;
}

/**
 * The receiver operating characteristic of scores `[rows]`, such as probabilities of yes, against labels 0 and 1: a point for
 * each score in descending order, after the point of the threshold `Infinity`, at which no row is called positive. Throws what
 * `areaUnderRocCurve` throws.
 */
export function rocCurve(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: RowWeights = {},
): readonly RocPoint[] {
  checkOptionNames('rocCurve', options, { weights: true });
  const { groups, positives, negatives } = rankedGroups('rocCurve', scores, labels, options.weights);
  let hits = 0;
  let misses = 0;
  const points = groups.map((group): RocPoint => {
    hits += group.hits;
    misses += group.misses;
    return { threshold: group.score, falsePositiveRate: misses / negatives, truePositiveRate: hits / positives };
  });
  return [{ threshold: Number.POSITIVE_INFINITY, falsePositiveRate: 0, truePositiveRate: 0 }, ...points];
}
