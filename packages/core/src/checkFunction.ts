import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/** Throws `VARDROP_OPTION` unless `value` is a function or undefined. */
export function checkFunction(what: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new VardropError('VARDROP_OPTION', `${what}: got ${formatValue(value)}, needs a function to call.`);
}
