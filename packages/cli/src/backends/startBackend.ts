import type { Backend } from '@vardrop/core';
import { backendFactory } from './backendFactory.js';
import { isForeign } from './backendTarget.js';
import type { createBackend } from './createBackend.js';

/**
 * Starts the backend that a command was given: by its name, the path of a module, or a package. A foreign one is checked for what
 * every backend has.
 *
 * @param who the command, as errors name it: `vardrop train`.
 * @throws VardropError what `backendFactory` and the adapter throw; for a foreign one `VARDROP_BACKEND_FACTORY` if its function throws, does not end within a minute or makes something else, and `VARDROP_CONTRACT` for another version of the contract.
 */
export async function startBackend(
  who: string,
  target: string,
  options?: Parameters<typeof createBackend>[1],
): Promise<Backend> {
  const create = await backendFactory(who, target, options);
  if (!isForeign(target)) return create();
  const { openBackend } = await import('@vardrop/conformance');
  return openBackend(target, create, undefined, who);
}
