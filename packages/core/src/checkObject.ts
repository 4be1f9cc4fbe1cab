import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/**
 * Throws `code` unless `value` has the method `method`: what a backend, a noise model, a layer and the like are told from
 * their names, from promises of them and from the functions that make them by.
 */
export function checkObject(code: string, what: string, value: unknown, method: string, example: string): void {
  const methods = value as Readonly<Record<string, unknown>> | null | undefined;
  if (typeof value === 'object' && typeof methods?.[method] === 'function') return;
  const remedy = value instanceof Promise ? 'Await it.' : 'Call the function.';
  throw new VardropError(
    code,
    `${what}: got ${formatValue(value)}, needs an object such as ${example} returns. ${remedy}`,
  );
}
