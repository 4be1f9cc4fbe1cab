import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { deserializeState } from '../checkpoint/deserializeState.js';
import { readSource } from '../files/readSource.js';
import { checkpointFile } from '../safetensors/index.js';

/**
 * Reads a checkpoint that `saveCheckpoint` has written: from a file in Node, or from a `Blob` (a `File` that a user chose in a
 * page, a response's `blob()`) anywhere. Throws `VARDROP_CHECKPOINT_MISSING` if there is no such file,
 * `VARDROP_CHECKPOINT_UNREADABLE` if it cannot be read or is not a regular file, what `deserializeState` throws for its
 * contents, and `VARDROP_NO_FILE_SYSTEM` for a path outside of Node.
 *
 * @param source a path, a URL with the scheme `file:`, or a blob
 */
export function loadCheckpoint(source: string | URL | Blob): Promise<Checkpoint> {
  return readSource(checkpointFile, source, deserializeState);
}
