import { VardropError } from '../errors.js';
import type { CheckpointMetadata, StateToSave } from './checkpoint.js';
import { fileSystem } from './fileSystem.js';
import { serializeState } from './serializeState.js';

/**
 * Writes a checkpoint (see `serializeState`) to a file, in Node. A temporary file beside it is written, flushed to
 * disk and renamed, so that a checkpoint which was there stays whole whatever fails. Throws
 * `VARDROP_CHECKPOINT_UNWRITABLE` (nothing is left behind), `VARDROP_NO_FILE_SYSTEM` outside of Node.
 */
export async function save(path: string, state: StateToSave, metadata?: CheckpointMetadata): Promise<void> {
  const bytes = serializeState(state, metadata);
  const files = await fileSystem();
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await files.open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
  } catch (cause) {
    await files.rm(temporary, { force: true }).catch(() => undefined);
    throw new VardropError(
      'VARDROP_CHECKPOINT_UNWRITABLE',
      `[checkpoint] path '${path}': got ${cause instanceof Error ? cause.message : String(cause)}, needs a file that can be written in a folder that exists. Choose another path or free the disk.`,
      { cause },
    );
  }
}
