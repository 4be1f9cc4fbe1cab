import { type Backend, VardropError } from '@vardrop/core';
import { backends } from '../choices.js';
import { isModulePath, moduleUrl, otherBackends } from './backendTarget.js';
import { createBackend } from './createBackend.js';

/**
 * The factory of a backend by its name, or the one that a module or a package exports.
 *
 * @param who the command, as errors name it: `vardrop train`.
 * @param target a name, the path of a module, or a package.
 * @param options those of {@link createBackend}, for a backend by its name.
 * @throws VardropError `VARDROP_BACKEND_MODULE` for a module that cannot be loaded or exports no factory.
 */
export async function backendFactory(
  who: string,
  target: string,
  options?: Parameters<typeof createBackend>[1],
): Promise<() => Promise<Backend> | Backend> {
  const backend = backends.find((each) => each === target);
  if (backend !== undefined) return () => createBackend(backend, options);
  const refuse = (got: string, remedy: string, cause?: unknown): never => {
    throw new VardropError(
      'VARDROP_BACKEND_MODULE',
      `[${who}] ${target}: got ${got}, needs a module that exports a function which creates a backend. ${remedy}.`,
      { cause },
    );
  };
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(moduleUrl(target));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = isModulePath(target)
      ? 'Check the path and what it imports'
      : `Install the package, or name a backend, or ${otherBackends}`;
    return refuse(`an error (${reason.split('\n')[0]})`, remedy, error);
  }
  const functions = Object.entries(module).filter(([, value]) => typeof value === 'function');
  const named = functions.filter(([name]) => /^create.*Backend$/.test(name));
  const candidates = named.length > 0 ? named : functions;
  if (candidates.length !== 1) {
    const names = candidates.map(([name]) => name).join(', ') || 'no function';
    return refuse(names, 'Export one function whose name is like createMyBackend');
  }
  return candidates[0][1] as () => Promise<Backend>;
}
