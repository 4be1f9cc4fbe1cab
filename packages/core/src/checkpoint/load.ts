import { VardropError } from '../errors.js';
import type { Checkpoint } from './checkpoint.js';
import { deserializeState } from './deserializeState.js';
import { fileSystem } from './fileSystem.js';

/**
 * Reads a checkpoint that `save` has written, in Node. Throws `VARDROP_CHECKPOINT_MISSING` for no such file,
 * `VARDROP_CHECKPOINT_UNREADABLE` for one that cannot be read, what `deserializeState` throws for its contents, and
 * `VARDROP_NO_FILE_SYSTEM` outside of Node.
 */
export async function load(path: string): Promise<Checkpoint> {
  const files = await fileSystem();
  let bytes: Uint8Array;
  try {
    bytes = await files.readFile(path);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new VardropError(
      missing ? 'VARDROP_CHECKPOINT_MISSING' : 'VARDROP_CHECKPOINT_UNREADABLE',
      `[checkpoint] path '${path}': got ${missing ? 'no file' : String(cause)}, needs a checkpoint. Choose the path of one that save has written.`,
      { cause },
    );
  }
  return deserializeState(bytes);
}
