import { checkChoice } from '../checkChoice.js';
import type { Builder, Value } from '../program/builder.js';

/** What happens to missing targets (NaN). `refuse`: an error. `skip`: they are left out of the sum over a row's targets. */
export type Missing = 'refuse' | 'skip';

/** What a missing target (NaN) is in programs: the lowest float32, since arithmetic with NaN would spread it. */
export const missingTarget = -(2 - 2 ** -23) * 2 ** 127;

/** Numbers below this are missing targets. */
const lowest = -(2 ** 127);

/** Throws `VARDROP_OPTION` for anything else than a way to treat missing targets. */
export function checkMissing(who: string, missing: Missing | undefined): void {
  if (missing !== undefined) checkChoice('VARDROP_OPTION', `[${who}] missing`, missing, ['refuse', 'skip']);
}

/** The sum over each row of a loss for each target, `[batch]`. With `skip` those of missing targets are left out. */
export function sumOfPresent(
  b: Builder,
  missing: Missing | undefined,
  target: Value,
  lossOf: (target: Value) => Value,
  sum: (terms: Value) => Value,
): Value {
  if (missing !== 'skip') return sum(lossOf(target));
  const known = b.selectGreater(target, lowest, target, 0);
  return sum(b.selectGreater(target, lowest, lossOf(known), 0));
}
