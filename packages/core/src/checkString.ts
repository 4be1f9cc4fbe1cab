import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/** Throws `VARDROP_OPTION` unless `value` is a string. */
export function checkString(what: string, value: string): void {
  if (typeof value === 'string') return;
  throw new VardropError('VARDROP_OPTION', `${what}: got ${formatValue(value)}, needs a string.`);
}
