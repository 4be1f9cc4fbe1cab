import type { BigIntStats } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The target of a path. */
export interface FileTarget {
  /** The real path with symbolic links resolved, even if the file does not exist yet. */
  readonly path: string;
  /** Whether it is a pipe or a device, which must not be replaced by a file. */
  readonly special: boolean;
  /** Device and number of a file that is there and not special: the same for all its names. */
  readonly identity?: string;
}

/** Links that are followed before they count as a loop. */
const mostLinks = 40;

/** Finds the target of a path. Throws what the file system throws, and an `Error` for a directory. */
export async function fileTarget(path: string): Promise<FileTarget> {
  let current = resolve(path);
  for (let links = 0; links < mostLinks; links++) {
    const identity = await fileIdentity(current);
    if (identity !== undefined) {
      // A file that was opened and then removed has no name. It is written to directly.
      const found = identity.kind === 'file' ? await realpath(current).catch(() => undefined) : undefined;
      if (identity.kind === 'directory') throw new Error('a directory');
      if (found === undefined) return { path: current, special: true };
      return { path: found, special: false, identity: identity.text };
    }
    current = join(await realpath(dirname(current)), basename(current));
    const next = await readlink(current).catch(() => undefined);
    if (next === undefined) return { path: current, special: false };
    current = resolve(dirname(current), next);
  }
  throw Object.assign(new Error('a loop of links'), { code: 'ELOOP' });
}

/** Device and number of a file as text. */
export function identityOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/** Device and number of what a path leads to; undefined where there is nothing. */
export async function fileIdentity(
  path: string,
): Promise<{ readonly text: string; readonly kind: 'file' | 'directory' | 'special' } | undefined> {
  try {
    const status = await stat(path, { bigint: true });
    const kind = status.isFile() ? 'file' : status.isDirectory() ? 'directory' : 'special';
    return { text: identityOf(status), kind };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}
