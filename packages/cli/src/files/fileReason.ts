import type { BigIntStats, Stats } from 'node:fs';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EEXIST: 'a file',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on the device',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'a loop of links',
};

/** @returns in plain words, why the file system refused something. */
export function fileReason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
}

/** @returns what a path is: `a file`, `a directory`, `a pipe` and so on. */
export function kindOfFile(status: Stats | BigIntStats): string {
  if (status.isFile()) return 'a file';
  if (status.isDirectory()) return 'a directory';
  if (status.isFIFO()) return 'a pipe';
  return status.isSocket() ? 'a socket' : 'a device';
}
