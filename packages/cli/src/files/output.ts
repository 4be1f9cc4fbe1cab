import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { VardropError } from '@vardrop/core';
import { replaceFile } from '@vardrop/core/node';
import { fileReason } from './fileReason.js';
import { type FileTarget, fileTarget } from './fileTarget.js';
import { makeDirectories } from './makeDirectories.js';

/** A file that a command will write, and the option that names it. */
export interface OutputPath {
  /** The option as typed, `--report`. */
  readonly option: string;
  readonly path: string;
}

/**
 * Makes a directory for outputs, with its parents, unless it exists.
 *
 * @throws VardropError `VARDROP_OUTPUT_UNWRITABLE`.
 */
export async function makeDirectory({ option, path }: OutputPath): Promise<void> {
  try {
    await makeDirectories(resolve(path));
  } catch (cause) {
    throw new VardropError(
      'VARDROP_OUTPUT_UNWRITABLE',
      `[vardrop] ${option}: got ${path} (${fileReason(cause)}), needs a directory that can be made and written to. Name another one.`,
    );
  }
}

/**
 * Writes a file as a whole, see `replaceFile`. Pipes and devices are written to directly.
 *
 * @throws VardropError `VARDROP_OUTPUT_UNWRITABLE`.
 */
export async function writeOutput(output: OutputPath, content: string | Uint8Array): Promise<void> {
  const target = await outputTarget(output);
  try {
    await (target.special ? writeFile(target.path, content) : replaceFile(target.path, content));
  } catch (cause) {
    throw unwritable(output, cause);
  }
}

/**
 * Finds the target of an output.
 *
 * @throws VardropError `VARDROP_OUTPUT_UNWRITABLE`.
 */
export async function outputTarget(output: OutputPath): Promise<FileTarget> {
  try {
    return await fileTarget(output.path);
  } catch (cause) {
    throw unwritable(output, cause);
  }
}

/** The error of an output that cannot be written. */
export function unwritable({ option, path }: OutputPath, cause: unknown): VardropError {
  return new VardropError(
    'VARDROP_OUTPUT_UNWRITABLE',
    `[vardrop] ${option}: got ${path} (${fileReason(cause)}), needs a file name in a directory that can be written to. Make the directory, or name another file.`,
  );
}
