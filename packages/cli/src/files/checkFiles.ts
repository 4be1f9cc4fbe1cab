import { randomUUID } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { access, constants, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VardropError } from '@vardrop/core';
import { fileReason } from './fileReason.js';
import { fileIdentity, identityOf } from './fileTarget.js';
import { openRegular } from './openRegular.js';
import { outputTarget, unwritable } from './output.js';

/** A file that a command reads or writes. */
export interface CommandFile {
  /** The option that names it, as typed, `--report`. */
  readonly option: string;
  readonly path: string;
  readonly use: 'read' | 'write';
  /** For an input: the option whose output may replace it, because it continues this file. */
  readonly replacedBy?: string;
  /**
   * For an output that is written at the end of a file: whether lines may be in it already. Where this is left out, the output
   * replaces the file.
   */
  readonly grows?: 'empty' | 'any';
}

/** A directory in which a command writes files of its own. */
export interface CommandDirectory {
  readonly option: string;
  readonly path: string;
  /** Whether a name, in lower case, is a file that the command writes there. */
  readonly owns: (name: string) => boolean;
}

/** All files that a command reads and writes. */
export interface CommandFiles {
  readonly files: readonly CommandFile[];
  readonly directory?: CommandDirectory;
  /** Streams that the command prints to, with their names and file descriptors. */
  readonly streams?: readonly { readonly name: string; readonly fd?: number }[];
}

/** A file, where it was found. */
interface Place extends Omit<CommandFile, 'use'> {
  readonly use: 'read' | 'write' | 'print';
  /** Its device and number, the same for all its names; undefined where it is not there, or is a device or a pipe. */
  readonly identity?: string;
  /** The file that is meant, links followed. */
  readonly target: string;
  readonly special: boolean;
}

/**
 * Checks before any work, and before anything is read, that every input is a file that can be read, that every output can be
 * written when the work is done, and that no output overwrites another file of the command. This includes other spellings of a
 * path, links, and file systems that ignore case. A file is created beside each output and removed again; nothing else is
 * changed.
 *
 * @throws VardropError `VARDROP_INPUT_UNREADABLE`, `VARDROP_OUTPUT_UNWRITABLE`, or `VARDROP_OUTPUT_CLASH` for an output that would overwrite another file, or
 * `VARDROP_OUTPUT_EXISTS` for one that would follow what is in its file already.
 */
export async function checkFiles({ files, directory, streams = [] }: CommandFiles): Promise<void> {
  const read = await Promise.all(files.filter(({ use }) => use === 'read').map(findInput));
  const written: Place[] = [];
  for (const file of files.filter(({ use }) => use === 'write')) written.push(await findOutput(file));
  const own = directory === undefined ? [] : await ownFiles(directory);
  const printed = streams.map(streamPlace);
  for (const output of [...written, ...own, ...printed]) {
    for (const other of [...read, ...written, ...own]) {
      if (other.option === output.option || other.replacedBy === output.option) continue;
      if (other.identity !== undefined && other.identity === output.identity) throw clash(output, other);
      if (!output.special && !other.special && other.target === output.target) throw clash(output, other);
    }
  }
  for (const output of written) {
    if (directory !== undefined && (await liesIn(output, directory))) {
      throw clash(output, { ...directory, use: 'write' });
    }
    await checkWritable(output, written);
  }
}

async function findInput(file: CommandFile): Promise<Place> {
  try {
    await (await openRegular(file.path)).close();
    const identity = await fileIdentity(file.path);
    return { ...file, identity: identity?.text, target: file.path, special: true };
  } catch (cause) {
    throw new VardropError(
      'VARDROP_INPUT_UNREADABLE',
      `[vardrop] ${file.option}: got ${file.path} (${fileReason(cause)}), needs a regular file that can be read. Check the path.`,
    );
  }
}

async function findOutput(file: CommandFile): Promise<Place> {
  const { path, special, identity } = await outputTarget(file);
  return { ...file, target: path, special, identity };
}

/** The command's own files that are in the directory already. */
async function ownFiles({ option, path, owns }: CommandDirectory): Promise<Place[]> {
  const names = await readdir(path).catch(() => []);
  const own = names.filter((name) => owns(name.toLowerCase())).map((name) => join(path, name));
  return Promise.all(own.map((each) => findOutput({ option, path: each, use: 'write' })));
}

/** Where a stream goes, if that is a file. */
function streamPlace({ name, fd }: { readonly name: string; readonly fd?: number }): Place {
  const place = { option: name, path: name, use: 'print', target: name, special: true } as const;
  if (fd === undefined) return place;
  try {
    const status = fstatSync(fd, { bigint: true });
    return status.isFile() ? { ...place, identity: identityOf(status) } : place;
  } catch {
    // Closed: nothing is printed.
    return place;
  }
}

async function liesIn({ target, special }: Place, { path, owns }: CommandDirectory): Promise<boolean> {
  if (special || !owns(basename(target).toLowerCase())) return false;
  const [above, directory] = await Promise.all([fileIdentity(dirname(target)), fileIdentity(path)]);
  return above !== undefined && above.text === directory?.text;
}

/**
 * Creates a file beside the output and removes it again. This also detects read-only disks, and file systems that ignore case.
 */
async function checkWritable(output: Place, all: readonly Place[]): Promise<void> {
  let twin: Place | undefined;
  try {
    if (output.special) return await access(output.target, constants.W_OK);
    if (output.grows !== undefined && output.identity !== undefined) return await checkGrowing(output);
    const unique = randomUUID().slice(0, 8);
    const trial = trialName(output.target, unique);
    await (await open(trial, 'wx')).close();
    try {
      for (const other of all) {
        if (other.option === output.option || other.special) continue;
        if (await fileIdentity(trialName(other.target, unique))) twin = other;
      }
    } finally {
      await rm(trial);
    }
  } catch (cause) {
    throw cause instanceof VardropError ? cause : unwritable(output, cause);
  }
  if (twin) throw clash(twin, output);
}

/** Checks a file that is there and is to grow. */
async function checkGrowing({ option, path, target, grows }: Place): Promise<void> {
  await access(target, constants.W_OK);
  if (grows === 'any' || (await stat(target)).size === 0) return;
  throw new VardropError(
    'VARDROP_OUTPUT_EXISTS',
    `[vardrop] ${option}: got ${path}, which has lines already, needs a file that is empty or not there. Name another file, or remove this one.`,
  );
}

function trialName(path: string, unique: string): string {
  return join(dirname(path), `.${basename(path)}.${unique}.tmp`);
}

function clash(output: Place, other: Pick<Place, 'option' | 'path' | 'use'>): VardropError {
  const printed = output.use === 'print';
  const { option, path } = printed ? other : output;
  const which = printed
    ? `where ${output.option} goes`
    : `a file that ${other.option} ${other.use === 'read' ? 'reads' : 'writes'} as well`;
  return new VardropError(
    'VARDROP_OUTPUT_CLASH',
    `[vardrop] ${option}: got ${path}, which is ${which}, needs a file of its own. Name another file.`,
  );
}
