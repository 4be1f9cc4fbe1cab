import { VardropError } from '../errors.js';

/** What a path refers to. */
export interface FileStatus {
  readonly mode: number;
  isFile(): boolean;
}

/** The functions of `node:fs/promises` that reading and replacing files needs. Paths may be URLs with the scheme `file:`. */
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

/** The file system of Node. Throws `VARDROP_NO_FILE_SYSTEM` elsewhere, such as in a browser. */
export function fileSystem(): Promise<FileSystem> {
  return nodeModule<FileSystem>('fs/promises');
}

/** A built-in module of Node. Throws `VARDROP_NO_FILE_SYSTEM` elsewhere, such as in a browser. */
export async function nodeModule<T>(name: string): Promise<T> {
  // A variable, because bundlers would otherwise look for the module while they bundle for a browser.
  const specifier = `node:${name}`;
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ specifier)) as T;
  } catch (cause) {
    throw new VardropError(
      'VARDROP_NO_FILE_SYSTEM',
      '[files] file system: got none, needs that of Node. Keep the bytes in storage of your own: toBytes() of a network, serializeState of a training state.',
      { cause },
    );
  }
}
