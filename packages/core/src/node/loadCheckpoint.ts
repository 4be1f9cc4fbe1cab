import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { deserializeState } from '../checkpoint/deserializeState.js';
import { VardropError } from '../errors.js';
import { fileSystem } from './fileSystem.js';

/**
 * Reads a checkpoint that `saveCheckpoint` has written: from a file in Node, or from a `Blob` (a `File` that a user chose in a
 * page, a response's `blob()`) anywhere. Throws `VARDROP_CHECKPOINT_MISSING` if there is no such file,
 * `VARDROP_CHECKPOINT_UNREADABLE` if it cannot be read or is not a regular file, what `deserializeState` throws for its
 * contents, and `VARDROP_NO_FILE_SYSTEM` for a path outside of Node.
 *
 * @param source a path, a URL with the scheme `file:`, or a blob
 */
export async function loadCheckpoint(source: string | URL | Blob): Promise<Checkpoint> {
  if (source instanceof Blob) return deserializeState(await readBlob(source));
  const bytes = await readFile(source);
  try {
    return deserializeState(bytes);
  } catch (error) {
    // An error of the contents does not name the path, and a program may read many files.
    if (!(error instanceof VardropError)) throw error;
    const text = error.message.replace('[checkpoint] ', `[checkpoint] path '${source}', `);
    throw new VardropError(error.code, text, { cause: error });
  }
}

async function readFile(path: string | URL): Promise<Uint8Array> {
  const files = await fileSystem();
  try {
    // Reading a pipe or a device may never end.
    if (!(await files.stat(path)).isFile()) throw new Error('something that is not a regular file');
    return await files.readFile(path);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new VardropError(
      missing ? 'VARDROP_CHECKPOINT_MISSING' : 'VARDROP_CHECKPOINT_UNREADABLE',
      `[checkpoint] path '${path}': got ${missing ? 'no file' : got}, needs a checkpoint. Choose the path of one that saveCheckpoint has written.`,
      { cause },
    );
  }
}

async function readBlob(blob: Blob): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer();
  } catch (cause) {
    throw new VardropError(
      'VARDROP_CHECKPOINT_UNREADABLE',
      `[checkpoint] blob: got ${cause instanceof Error ? cause.message : String(cause)}, needs a checkpoint. Choose the file again.`,
      { cause },
    );
  }
}
