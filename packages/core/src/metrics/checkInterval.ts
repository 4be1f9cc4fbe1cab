import { VardropError } from '../errors.js';
import { checkTargets } from '../prediction/checkTargets.js';

/**
 * For the bounds of intervals: throws what `checkTargets` throws for either, and `VARDROP_INTERVAL` for the first interval whose
 * lower bound is above its upper one.
 */
export function checkInterval(who: string, lower: ArrayLike<number>, upper: ArrayLike<number>): void {
  checkTargets(`[${who}] lower`, lower, lower?.length, 1);
  checkTargets(`[${who}] upper`, upper, lower.length, 1);
  for (let i = 0; i < lower.length; i++) {
    if (lower[i] <= upper[i]) continue;
    throw new VardropError(
      'VARDROP_INTERVAL',
      `[${who}] lower: got ${lower[i]} above the upper bound ${upper[i]} at ${i}, needs bounds in order. Pass the lower bounds first.`,
    );
  }
}
