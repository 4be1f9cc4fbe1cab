import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { kindOfFile } from './fileReason.js';

/**
 * Opens a regular file to be read; the caller closes it. Pipes, sockets and devices are refused: opening or reading one may never
 * end. Throws what the file system throws, and an `Error` with what was found, such as `a pipe`.
 */
export async function openRegular(path: string): Promise<FileHandle> {
  refuseOthers(await stat(path));
  // The file may have changed since. Without blocking, a pipe opens at once.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    refuseOthers(await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads a regular file as a whole. Throws as {@link openRegular} does. */
export async function readRegular(path: string): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function refuseOthers(status: Parameters<typeof kindOfFile>[0]): void {
  if (!status.isFile()) throw new Error(kindOfFile(status));
}
