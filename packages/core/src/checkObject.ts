import { VardropError } from './errors.js';

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
    `${what}: got ${describe(value)}, needs an object such as ${example} returns. ${remedy}`,
  );
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'function') return `the function ${value.name}`;
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object')
    return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}`;
  return JSON.stringify(value);
}
