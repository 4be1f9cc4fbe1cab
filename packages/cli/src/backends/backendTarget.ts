import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolve as resolveModule } from 'import-meta-resolve';
import { backends } from '../choices.js';
import { oneOf, type ReadValue } from '../optionValues.js';

/** What a backend can be named by besides its own name, as errors and help say it. */
export const otherBackends = 'the path of a module such as ./my-backend.js, or the name of an installed package';

/** Whether a word names a module or a package, whose code is the user's own, and not one of {@link backends}. */
export function isForeign(word: string): boolean {
  return !backends.some((each) => each === word);
}

/** Whether a word is the path of a module. A package of that name counts where there is no such file. */
export function isModulePath(word: string): boolean {
  if (word.startsWith('.') || isAbsolute(word) || word.includes('\\')) return true;
  const like = word.includes('/') || /\.[cm]?js$/.test(word);
  return like && (existsSync(word) || (!word.startsWith('@') && !isInstalled(word)));
}

/** Whether Node finds a package of this name from the current directory, whatever is in it. */
export function isInstalled(word: string): boolean {
  try {
    return resolveModule(word, here()).startsWith('file:');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_INVALID_MODULE_SPECIFIER';
  }
}

/** The URL to import a module or a package by. Throws what Node's lookup throws. */
export function moduleUrl(word: string): string {
  return isModulePath(word) ? pathToFileURL(resolve(word)).href : resolveModule(word, here());
}

/** A file of the current directory, from which packages are looked up. */
const here = () => pathToFileURL(resolve('index.js')).href;

/**
 * @param option as `optionOf` names it.
 * @returns a reader of backends: a name of {@link backends}, the path of a module, or an installed package
 * (`VARDROP_UNKNOWN_BACKEND`). Whether a module is there and exports a backend is found out later.
 */
export function readBackend(option: string): ReadValue<string> {
  const named = oneOf(option, backends, 'VARDROP_UNKNOWN_BACKEND', otherBackends);
  return (text) => (isForeign(text) && (isModulePath(text) || isInstalled(text)) ? text : named(text));
}
