import { VardropError } from '../errors.js';

/** What `save` and `load` need of `node:fs/promises`. */
export interface FileSystem {
  open(
    path: string,
    flags: 'wx',
  ): Promise<{ writeFile(data: Uint8Array): Promise<void>; sync(): Promise<void>; close(): Promise<void> }>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: boolean }): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
}

/** Node's file system. Throws `VARDROP_NO_FILE_SYSTEM` where there is none, as in a browser. */
export async function fileSystem(): Promise<FileSystem> {
  // A variable, for bundlers would otherwise look for the module while they bundle for a browser.
  const specifier = 'node:fs/promises';
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ specifier)) as FileSystem;
  } catch (cause) {
    throw new VardropError(
      'VARDROP_NO_FILE_SYSTEM',
      '[checkpoint] file system: got none, needs that of Node. Use serializeState and deserializeState with storage of your own.',
      { cause },
    );
  }
}
