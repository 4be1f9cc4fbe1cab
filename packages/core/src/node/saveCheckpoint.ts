import type { CheckpointMetadata, StateToSave } from '../checkpoint/checkpoint.js';
import { serializeState } from '../checkpoint/serializeState.js';
import { writeTarget } from '../files/writeTarget.js';
import { checkpointFile } from '../safetensors/index.js';

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
  await writeTarget(checkpointFile, path, serializeState(state, metadata));
}
