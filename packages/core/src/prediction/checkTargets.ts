import { VardropError } from '../errors.js';

/**
 * Throws `VARDROP_EMPTY` for no targets, `VARDROP_SHAPE` for another number of them than was predicted, and
 * `VARDROP_NON_FINITE` for the first that is not a finite number.
 */
export function checkTargets(who: string, predicted: ArrayLike<number>, targets: ArrayLike<number>): void {
  if (targets.length === 0) {
    throw new VardropError('VARDROP_EMPTY', `[${who}] targets: got none, needs one for each number predicted.`);
  }
  if (predicted.length !== targets.length) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${who}] targets: got ${targets.length} of them for ${predicted.length} predicted numbers, needs as many. Pass the targets of the rows that were predicted.`,
    );
  }
  for (let i = 0; i < targets.length; i++) {
    if (Number.isFinite(targets[i])) continue;
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `[${who}] targets: got ${targets[i]} at ${i}, needs finite numbers. Remove or fill in what is missing.`,
    );
  }
}
