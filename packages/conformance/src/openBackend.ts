import { type Backend, VardropError } from '@vardrop/core';
import { checkBackend } from '@vardrop/core/backend';
import { TimeoutError, withTimeout } from './timeout.js';

const methods = ['upload', 'read', 'dispose', 'compile', 'liveTensors', 'native', 'wrap', 'close'] as const;

/**
 * Creates a backend with a factory and checks that it has the members of the contract. Throws `VARDROP_BACKEND_FACTORY`
 * if the factory throws, does not end within `milliseconds` (default: a minute), or returns something else. Throws
 * `VARDROP_CONTRACT` for a backend of another version of the contract than core's. `who` begins messages.
 */
export async function openBackend(
  name: string,
  create: () => Promise<Backend> | Backend,
  milliseconds = 60_000,
  who = 'conformance',
): Promise<Backend> {
  const refuse = (got: string, remedy: string, cause?: unknown): never => {
    throw new VardropError(
      'VARDROP_BACKEND_FACTORY',
      `[${who}] factory of ${name}: got ${got}, needs a backend. ${remedy}.`,
      { cause },
    );
  };
  let backend: unknown;
  try {
    backend = await withTimeout('the factory', milliseconds, async () => create());
  } catch (error) {
    if (error instanceof TimeoutError) {
      return refuse(
        `nothing within ${milliseconds / 1000} s`,
        'Let its promise settle once the device is ready',
        error,
      );
    }
    return refuse(
      `an error (${error instanceof Error ? error.message : String(error)})`,
      'Mend what it reports',
      error,
    );
  }
  if (typeof backend !== 'object' || backend === null) {
    return refuse(String(backend), 'Return the backend, or a promise of it');
  }
  const made = backend as Partial<Backend>;
  const missing = methods.find((method) => typeof made[method] !== 'function');
  if (missing !== undefined) return refuse(`an object without the method ${missing}`, 'Implement the whole contract');
  if (typeof made.name !== 'string' || typeof made.supports !== 'object' || made.supports === null) {
    return refuse('an object without name or supports', 'Implement the whole contract');
  }
  checkBackend(who, made as Backend);
  return made as Backend;
}
