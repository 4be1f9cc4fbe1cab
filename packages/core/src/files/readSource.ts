import { VardropError } from '../errors.js';
import type { FileKind } from '../safetensors/index.js';
import { fileSystem } from './fileSystem.js';

/**
 * What `parse` makes of the bytes of a file in Node, or of a `Blob` anywhere. Throws `…_MISSING` if there is no such file,
 * `…_UNREADABLE` if it cannot be read or is not a regular file, what `parse` throws, with the path, and
 * `VARDROP_NO_FILE_SYSTEM` for a path outside of Node.
 *
 * @param source a path, a URL with the scheme `file:`, or a blob
 */
export async function readSource<Result>(
  kind: FileKind,
  source: string | URL | Blob,
  parse: (bytes: Uint8Array | ArrayBuffer) => Result,
): Promise<Result> {
  if (source instanceof Blob) return parse(await readBlob(kind, source));
  const bytes = await readFile(kind, source);
  try {
    return parse(bytes);
  } catch (error) {
    // An error of the contents does not name the path, and a program may read many files.
    if (!(error instanceof VardropError)) throw error;
    const own = `[${kind.who}] `;
    const text = error.message.startsWith(own) ? error.message.slice(own.length) : error.message;
    throw new VardropError(error.code, `${own}path '${source}', ${text}`, { cause: error });
  }
}

async function readFile({ who, code, writer }: FileKind, path: string | URL): Promise<Uint8Array> {
  const files = await fileSystem();
  try {
    // Reading a pipe or a device may never end.
    if (!(await files.stat(path)).isFile()) throw new Error('something that is not a regular file');
    return await files.readFile(path);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new VardropError(
      `${code}_${missing ? 'MISSING' : 'UNREADABLE'}`,
      `[${who}] path '${path}': got ${missing ? 'no file' : got}, needs a ${who}. Choose the path of one that ${writer} has written.`,
      { cause },
    );
  }
}

async function readBlob({ who, code }: FileKind, blob: Blob): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer();
  } catch (cause) {
    throw new VardropError(
      `${code}_UNREADABLE`,
      `[${who}] blob: got ${cause instanceof Error ? cause.message : String(cause)}, needs a ${who}. Choose the file again.`,
      { cause },
    );
  }
}
