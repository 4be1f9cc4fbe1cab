import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VardropError } from '@vardrop/core';
import { counted } from '../counted.js';
import { makeDirectories } from '../files/makeDirectories.js';
import type { NewBackend } from '../main.js';

const template = fileURLToPath(new URL('../../templates/new-backend/', import.meta.url));

/**
 * `vardrop new-backend`: writes a package with a naive backend that passes every law, its test and its README.
 *
 * Throws `VARDROP_OUTPUT_EXISTS` if the package's folder has something in it, `VARDROP_OUTPUT_UNWRITABLE` if it cannot be
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
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const files = (await readdir(template, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  try {
    for (const file of files) {
      const source = join(file.parentPath, file.name);
      const path = join(target, relative(template, source));
      await makeDirectories(resolve(dirname(path)));
      await writeFile(path, fill(await readFile(source, 'utf8'), name, version));
    }
  } catch (error) {
    throw unwritable(target, error);
  }
  stdout.write(
    [
      `${target}: a backend that works, in one file (src/index.js)`,
      '',
      `  cd ${target} && npm install`,
      '  npm test                # every law',
      '  npm run conformance     # the same as a table',
      '',
    ].join('\n'),
  );
};

/** `createNAMEBackend` in camel case, `NAME` elsewhere as it is; a name that ends in `-backend` says so once. */
function fill(text: string, folder: string, version: string): string {
  const name = folder.replace(/-backend$/, '');
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
  return text
    .replaceAll('createNAMEBackend', `create${pascal}Backend`)
    .replaceAll('NAME', name)
    .replaceAll('VERSION', version);
}

function unwritable(target: string, cause: unknown): VardropError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VardropError(
    'VARDROP_OUTPUT_UNWRITABLE',
    `[vardrop new-backend] ${target}: got an error (${reason}), needs a folder that can be written to. Name another with --directory.`,
    { cause },
  );
}
