import { VardropError } from '@vardrop/core';

/** A built-in module of Node. Throws `VARDROP_NO_FILE_SYSTEM` elsewhere, such as in a page. */
export async function nodeModule<T>(who: string, name: string): Promise<T> {
  // A variable, because bundlers would otherwise look for the module while they bundle for a page.
  const specifier = `node:${name}`;
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ specifier)) as T;
  } catch (cause) {
    throw new VardropError(
      'VARDROP_NO_FILE_SYSTEM',
      `[${who}] file system: got none, needs that of Node. In a page pass a File or a Blob.`,
      { cause },
    );
  }
}
