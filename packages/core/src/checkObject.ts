import { VardropError } from './errors.js';

/**
 * Throws `code` unless `value` has the method `method`: what a noise model, an estimator, a divergence or a layer is
 * told from its name or from the function that makes it by.
 */
export function checkObject(code: string, what: string, value: unknown, method: string, example: string): void {
  const methods = value as Readonly<Record<string, unknown>> | null | undefined;
  if (typeof value === 'object' && typeof methods?.[method] === 'function') return;
  const got = typeof value === 'function' ? `the function ${value.name}` : `${JSON.stringify(value)}`;
  throw new VardropError(code, `${what}: got ${got}, needs an object such as ${example} returns. Call the function.`);
}
