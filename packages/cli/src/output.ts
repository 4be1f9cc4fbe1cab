import { randomUUID } from 'node:crypto';
import { access, constants, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { VardropError } from '@vardrop/core';
import { makeDirectories } from './makeDirectories.js';

/** A file that a command is going to write, and the option that named it. */
export interface OutputPath {
  /** The option as typed, `--report`. */
  readonly option: string;
  readonly path: string;
}

/**
 * Checks before any work that every output can be written when the work is done. A file is made beside each target and
 * removed again, which also finds read-only file systems; the targets themselves are left as they are.
 *
 * @throws VardropError `VARDROP_OUTPUT_UNWRITABLE`, or `VARDROP_OUTPUT_CLASH` if two outputs are one file.
 */
export async function checkOutputs(outputs: readonly OutputPath[]): Promise<void> {
  const owners = new Map<string, string>();
  for (const { option, path } of outputs) {
    const target = await findTarget(option, path);
    const other = owners.get(target.path);
    if (other !== undefined) {
      throw new VardropError(
        'VARDROP_OUTPUT_CLASH',
        `[vardrop] ${option}: got ${path}, needs a file that ${other} does not write as well. Name two files.`,
      );
    }
    if (!target.special) owners.set(target.path, option);
    try {
      if (target.special) await access(target.path, constants.W_OK);
      else {
        const trial = temporaryName(target.path);
        await (await open(trial, 'wx')).close();
        await rm(trial);
      }
    } catch (cause) {
      throw unwritable(option, path, cause);
    }
  }
}

/**
 * Makes a directory for outputs, with those above it, unless it is there.
 *
 * @throws VardropError `VARDROP_OUTPUT_UNWRITABLE`.
 */
export async function makeDirectory({ option, path }: OutputPath): Promise<void> {
  try {
    await makeDirectories(resolve(path));
  } catch (cause) {
    throw new VardropError(
      'VARDROP_OUTPUT_UNWRITABLE',
      `[vardrop] ${option}: got ${path} (${reason(cause)}), needs a directory that can be made and written to. Name another one.`,
    );
  }
}

/**
 * Writes a file as a whole: readers see the old content or the new, and the old content stays if writing fails.
 * Pipes and devices are written to directly.
 *
 * @throws VardropError `VARDROP_OUTPUT_UNWRITABLE`.
 */
export async function writeOutput({ option, path }: OutputPath, content: string | Uint8Array): Promise<void> {
  const target = await findTarget(option, path);
  const written = target.special ? target.path : temporaryName(target.path);
  try {
    const file = await open(written, target.special ? 'w' : 'wx');
    try {
      await file.writeFile(content);
      if (!target.special) await file.sync();
    } finally {
      await file.close();
    }
    if (!target.special) await rename(written, target.path);
  } catch (cause) {
    if (!target.special) await rm(written, { force: true });
    throw unwritable(option, path, cause);
  }
}

/**
 * Checks before any work that a file to be read is there.
 *
 * @throws VardropError `VARDROP_INPUT_UNREADABLE`.
 */
export async function checkInput({ option, path }: OutputPath): Promise<void> {
  try {
    await (await open(path, 'r')).close();
    if ((await stat(path)).isDirectory()) throw new Error('a directory');
  } catch (cause) {
    throw new VardropError(
      'VARDROP_INPUT_UNREADABLE',
      `[vardrop] ${option}: got ${path} (${reason(cause)}), needs a readable file. Check the path.`,
    );
  }
}

interface Target {
  /** The file that is meant, symbolic links followed. */
  readonly path: string;
  /** Whether it is a pipe or a device, which must not be replaced by a file. */
  readonly special: boolean;
}

async function findTarget(option: string, path: string): Promise<Target> {
  try {
    const found = await realpath(path);
    const status = await stat(found);
    if (status.isDirectory()) throw new Error('a directory');
    return { path: found, special: !status.isFile() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw unwritable(option, path, cause);
  }
  try {
    return { path: join(await realpath(dirname(resolve(path))), basename(path)), special: false };
  } catch (cause) {
    throw unwritable(option, path, cause);
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
}

function unwritable(option: string, path: string, cause: unknown): VardropError {
  return new VardropError(
    'VARDROP_OUTPUT_UNWRITABLE',
    `[vardrop] ${option}: got ${path} (${reason(cause)}), needs a file name in a directory that can be written to. Make the directory, or name another file.`,
  );
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EEXIST: 'a file',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on the device',
  ENAMETOOLONG: 'the name is too long',
};

function reason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
}
