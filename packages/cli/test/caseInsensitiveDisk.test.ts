import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { checkFiles } from '../src/files/checkFiles.js';

/** A disk that finds files whatever the case of their names, as those of macOS and Windows do. */
vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>();
  return {
    ...files,
    stat: async (path: string, options?: { readonly bigint?: boolean }) => {
      const names = await files.readdir(dirname(path)).catch(() => []);
      const found = names.find((name) => name.toLowerCase() === basename(path).toLowerCase());
      return files.stat(join(dirname(path), found ?? basename(path)), options);
    },
  };
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-case-'));
});
afterAll(() => rm(directory, { recursive: true }));

const outputs = (...names: readonly string[]) =>
  checkFiles({
    files: names.map((name, i) => ({
      option: i === 0 ? '--report' : '--json',
      path: join(directory, name),
      use: 'write',
    })),
  });

test('two outputs whose names are one on the disk are refused, though neither is there yet', async () => {
  await expect(outputs('Out.json', 'OUT.json')).rejects.toMatchObject({ code: 'VARDROP_OUTPUT_CLASH' });
  await outputs('Out.json', 'OUT2.json');
  expect(await readdir(directory)).toEqual([]);
});
