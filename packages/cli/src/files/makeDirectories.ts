import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and its parents unless they exist. Rejects with the error of the file system. Node's own recursive `mkdir`
 * never returns in some directories that accept no new ones, such as /proc.
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
