import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/** Throws `VARDROP_OPTION` for something to be called that is no function. Left out is as good. */
export function checkFunction(what: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new VardropError('VARDROP_OPTION', `${what}: got ${formatValue(value)}, needs a function to call.`);
}
