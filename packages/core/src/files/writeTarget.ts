import { VardropError } from '../errors.js';
import type { FileKind } from '../safetensors/index.js';
import { replaceFile } from './replaceFile.js';

/**
 * Writes bytes to a file, in Node. If anything fails, an existing file stays intact (see `replaceFile`). Throws
 * `…_UNWRITABLE` (nothing is left behind), `VARDROP_NO_FILE_SYSTEM` outside of Node.
 *
 * @param path a path, or a URL with the scheme `file:`
 */
export async function writeTarget({ who, code }: FileKind, path: string | URL, bytes: Uint8Array): Promise<void> {
  try {
    await replaceFile(path, bytes);
  } catch (cause) {
    if (cause instanceof VardropError) throw cause;
    throw new VardropError(
      `${code}_UNWRITABLE`,
      `[${who}] path '${path}': got ${cause instanceof Error ? cause.message : String(cause)}, needs a file that can be written in a folder that exists. Choose another path or free the disk.`,
      { cause },
    );
  }
}
