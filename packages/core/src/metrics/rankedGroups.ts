import { VardropError } from '../errors.js';
import { checkWeights } from '../prediction/checkWeights.js';
import { checkBinary } from './checkBinary.js';
import { type TiedGroup, tiedGroups } from './tiedGroups.js';

/**
 * Rows in groups of equal scores, descending, and the weights of all positive and negative rows. Throws what `checkBinary` and
 * `checkWeights` throw, and `VARDROP_LABEL` unless there are rows of both labels.
 */
export function rankedGroups(
  who: string,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): { readonly groups: readonly TiedGroup[]; readonly positives: number; readonly negatives: number } {
  checkBinary(who, 'scores', scores, labels);
  if (weights !== undefined) checkWeights(`[${who}] weights`, weights, labels.length);
  const groups = [...tiedGroups(scores, labels, weights)].reverse();
  let positives = 0;
  let negatives = 0;
  for (const { hits, misses } of groups) {
    positives += hits;
    negatives += misses;
  }
  if (positives > 0 && negatives > 0) return { groups, positives, negatives };
  throw new VardropError(
    'VARDROP_LABEL',
    `[${who}] labels: got only rows of label ${positives > 0 ? 1 : 0}, needs rows of both. Ranks say nothing here: use another metric, or more rows.`,
  );
}
