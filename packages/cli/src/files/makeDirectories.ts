import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory, with those above it, unless it is there; rejects with the file system's error. Node's own recursive
 * `mkdir` never returns where a directory that is there refuses new ones as if it were not, as /proc does.
 *
 * @param path absolute.
 */
export async function makeDirectories(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (cause) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return;
    const above = dirname(path);
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || (await stat(above).catch(() => undefined))) throw cause;
    await makeDirectories(above);
    await mkdir(path);
  }
}
