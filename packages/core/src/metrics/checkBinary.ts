import { checkLabels } from '../prediction/checkLabels.js';
import { checkTargets } from '../prediction/checkTargets.js';

/**
 * For scores and labels 0 and 1 of the same rows: throws `VARDROP_TYPE` unless both are arrays of numbers, `VARDROP_EMPTY` for
 * none, `VARDROP_SHAPE` unless there are as many, `VARDROP_NON_FINITE` for the first score that is not finite, and
 * `VARDROP_LABEL` for the first label that is neither 0 nor 1.
 */
export function checkBinary(who: string, what: string, scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkTargets(`[${who}] ${what}`, scores, scores?.length, 1);
  checkLabels(`[${who}] labels`, labels, scores.length, 2);
}
