import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/** Throws `VARDROP_OPTION` for anything but an integer from `least` on. */
export function checkInteger(who: string, what: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return;
  const needs = ['a non-negative integer', 'a positive integer'][least] ?? `an integer from ${least} on`;
  throw new VardropError('VARDROP_OPTION', `[${who}] ${what}: got ${formatValue(value)}, needs ${needs}.`);
}
