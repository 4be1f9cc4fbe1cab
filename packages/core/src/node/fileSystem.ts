import { VardropError } from '../errors.js';

/** What a path leads to. */
export interface FileStatus {
  readonly mode: number;
  isFile(): boolean;
}

/** What reading and replacing files needs of `node:fs/promises`. Paths may be URLs with the scheme `file:`. */
export interface FileSystem {
  open(
    path: string,
    flags: 'wx',
    mode?: number,
  ): Promise<{
    chmod(mode: number): Promise<void>;
    writeFile(data: Uint8Array | string): Promise<void>;
    sync(): Promise<void>;
    close(): Promise<void>;
  }>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: boolean }): Promise<void>;
  readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  stat(path: string | URL): Promise<FileStatus>;
  realpath(path: string | URL): Promise<string>;
  readdir(path: string): Promise<readonly string[]>;
}

/** Node's file system. Throws `VARDROP_NO_FILE_SYSTEM` where there is none, as in a browser. */
export function fileSystem(): Promise<FileSystem> {
  return nodeModule<FileSystem>('fs/promises');
}

/** A module of Node's own. Throws `VARDROP_NO_FILE_SYSTEM` where there is none, as in a browser. */
export async function nodeModule<T>(name: string): Promise<T> {
  // A variable, because bundlers would otherwise look for the module while they bundle for a browser.
  const specifier = `node:${name}`;
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ specifier)) as T;
  } catch (cause) {
    throw new VardropError(
      'VARDROP_NO_FILE_SYSTEM',
      '[checkpoint] file system: got none, needs that of Node. Use serializeState and deserializeState with storage of your own.',
      { cause },
    );
  }
}
