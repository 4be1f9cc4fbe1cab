import { readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VardropError } from '@vardrop/core';
import type { NewBackend } from '../commandTypes.js';
import { counted } from '../counted.js';
import { makeDirectories } from '../files/makeDirectories.js';

const template = fileURLToPath(new URL('../../templates/new-backend', import.meta.url));

/**
 * `vardrop new-backend`: writes a package with a naive backend that passes every law, its test and its README.
 *
 * Throws `VARDROP_OUTPUT_EXISTS` if the folder of the package is not empty, `VARDROP_OUTPUT_UNWRITABLE` if it cannot be
 * written.
 */
export const newBackend: NewBackend = async ({ name, directory }, stdout) => {
  const target = join(directory, name);
  const present = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unwritable(target, error);
  });
  if (present.length > 0) {
    throw new VardropError(
      'VARDROP_OUTPUT_EXISTS',
      `[vardrop new-backend] ${target}: got a folder with ${counted(present.length, 'entry', 'entries')}, needs a new or an empty one. Choose another name or --directory.`,
    );
  }
  const files = (await readdir(template, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  try {
    await makeDirectories(resolve(target));
    const fill = filler(name, await realpath(target));
    for (const file of files) {
      const source = join(file.parentPath, file.name);
      const path = join(target, relative(template, source));
      await makeDirectories(resolve(dirname(path)));
      await writeFile(path, fill(await readFile(source, 'utf8')));
    }
  } catch (error) {
    throw unwritable(target, error);
  }
  stdout.write(
    [
      `${target}: a backend that works, in one file (src/index.js)`,
      '',
      `  cd ${quoted(target)} && npm install`,
      '  npm test                # every law',
      '  npm run conformance     # the same as a table',
      '',
    ].join('\n'),
  );
};

/** A path quoted for a shell. */
function quoted(path: string): string {
  return /^[\w./\\:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/**
 * Fills in the name of the package, a function name made from it that ends in `Backend` once, and the paths of this command's
 * own packages, which are not on a registry.
 *
 * @param folder the package's, links followed.
 */
function filler(name: string, folder: string): (text: string) => string {
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
  const link = (entry: string) => {
    const path = relative(folder, fileURLToPath(new URL('..', entry)));
    // On another drive there is no relative path.
    return `file:${path.split(sep).join('/').replace(/\/$/, '')}`;
  };
  const links = {
    core: () => link(import.meta.resolve('@vardrop/core')),
    conformance: () => link(import.meta.resolve('@vardrop/conformance')),
    cli: () => link(new URL('..', import.meta.url).href),
  };
  return (text) =>
    text
      .replaceAll('createNAMEBackend', `create${pascal.replace(/Backend$/, '')}Backend`)
      .replaceAll('NAME', name)
      .replace(/LINK:(core|conformance|cli)/g, (_, which: keyof typeof links) => links[which]());
}

function unwritable(target: string, cause: unknown): VardropError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VardropError(
    'VARDROP_OUTPUT_UNWRITABLE',
    `[vardrop new-backend] ${target}: got an error (${reason}), needs a folder that can be written to. Name another with --directory.`,
    { cause },
  );
}
