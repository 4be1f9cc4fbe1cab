import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Backend, VardropError } from '@vardrop/core';
import { backends } from '../choices.js';
import { createBackend } from '../training/createBackend.js';

/**
 * The factory of a backend by its name, or the one that a module exports.
 *
 * @throws VardropError `VARDROP_BACKEND_MODULE` for a module that cannot be loaded or exports no factory.
 */
export async function backendFactory(target: string): Promise<() => Promise<Backend> | Backend> {
  const backend = backends.find((each) => each === target);
  if (backend !== undefined) return () => createBackend(backend);
  const refuse = (got: string, remedy: string, cause?: unknown): never => {
    throw new VardropError(
      'VARDROP_BACKEND_MODULE',
      `[vardrop conformance] ${target}: got ${got}, needs a module that exports a function which creates a backend. ${remedy}.`,
      { cause },
    );
  };
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(resolve(target)).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(`an error (${reason.split('\n')[0]})`, 'Check the path and what it imports', error);
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
