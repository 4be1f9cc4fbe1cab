import type { CheckpointMetadata, StateToSave } from '../checkpoint/checkpoint.js';
import { serializeState } from '../checkpoint/serializeState.js';
import { VardropError } from '../errors.js';
import { replaceFile } from './replaceFile.js';

/**
 * Writes a checkpoint (see `serializeState`) to a file, in Node. If anything fails, an existing checkpoint stays intact (see
 * `replaceFile`). Throws `VARDROP_CHECKPOINT_UNWRITABLE` (nothing is left behind), what `serializeState` throws,
 * `VARDROP_NO_FILE_SYSTEM` outside of Node.
 *
 * @param path a path, or a URL with the scheme `file:`
 */
export async function saveCheckpoint(
  path: string | URL,
  state: StateToSave,
  metadata?: CheckpointMetadata,
): Promise<void> {
  const bytes = serializeState(state, metadata);
  try {
    await replaceFile(path, bytes);
  } catch (cause) {
    if (cause instanceof VardropError) throw cause;
    throw new VardropError(
      'VARDROP_CHECKPOINT_UNWRITABLE',
      `[checkpoint] path '${path}': got ${cause instanceof Error ? cause.message : String(cause)}, needs a file that can be written in a folder that exists. Choose another path or free the disk.`,
      { cause },
    );
  }
}
