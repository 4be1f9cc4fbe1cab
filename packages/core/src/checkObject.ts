import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/**
 * Throws `code` unless `value` has the method `method`. This tells a backend, a noise model or a layer from its name, from a
 * promise of it, and from the function that makes it.
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
