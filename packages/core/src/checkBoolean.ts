import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/** Throws `VARDROP_OPTION` unless `value` is true or false. JavaScript would take the string 'no' for true. */
export function checkBoolean(what: string, value: boolean): void {
  if (typeof value === 'boolean') return;
  throw new VardropError('VARDROP_OPTION', `${what}: got ${formatValue(value)}, needs true or false.`);
}
