import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkInput, checkOutputs, makeDirectory, writeOutput } from '../src/output.js';

let directory: string;
const at = (name: string) => ({ option: '--report', path: join(directory, name) });
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-output-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('checking outputs', () => {
  test('leaves existing files as they are and nothing behind', async () => {
    await writeFile(at('old').path, 'old');
    await checkOutputs([at('old'), { option: '--json', path: at('new').path }]);
    expect(await readdir(directory)).toEqual(['old']);
    expect(await readFile(at('old').path, 'utf8')).toBe('old');
  });

  test('takes a name without a directory', async () => {
    await checkOutputs([{ option: '--report', path: 'report-of-a-test.html' }]);
  });

  test.each([
    ['a directory that is not there', 'nowhere/report.html', 'no such file or directory'],
    ['a directory in the place of the file', 'folder', 'a directory'],
    ['a file in the place of the directory', 'file/report.html', 'not a directory'],
    ['a name that is too long', 'x'.repeat(300), 'too long'],
  ])('refuses %s', async (_, name, reason) => {
    await mkdir(at('folder').path);
    await writeFile(at('file').path, '');
    const failure = { code: 'VARDROP_OUTPUT_UNWRITABLE', message: expect.stringContaining(reason) };
    await expect(checkOutputs([at(name)])).rejects.toMatchObject(failure);
    await expect(writeOutput(at(name), 'text')).rejects.toMatchObject(failure);
    expect((await readdir(directory)).sort()).toEqual(['file', 'folder']);
  });

  test('refuses a place where no file can be made', async () => {
    await expect(checkOutputs([{ option: '--json', path: '/proc/vardrop.json' }])).rejects.toMatchObject({
      code: 'VARDROP_OUTPUT_UNWRITABLE',
      message: expect.stringContaining('--json: got /proc/vardrop.json'),
    });
  });

  test('refuses two outputs in one file, whatever way they are written', async () => {
    await mkdir(at('a').path);
    await expect(checkOutputs([at('out'), { option: '--json', path: `${directory}/a/../out` }])).rejects.toMatchObject({
      code: 'VARDROP_OUTPUT_CLASH',
      message: expect.stringContaining('--report'),
    });
  });
});

describe('making a directory', () => {
  test('makes those above it, and leaves one that is there', async () => {
    for (let i = 0; i < 2; i++) await makeDirectory(at('a/b/c'));
    await writeFile(at('a/b/c/file').path, '');
    await makeDirectory(at('a/b'));
    expect(await readdir(at('a/b/c').path)).toEqual(['file']);
  });

  test.each([
    ['below a file', 'file/below', 'not a directory'],
    ['in the place of a file', 'file', 'a file'],
  ])('refuses one %s', async (_, name, reason) => {
    await writeFile(at('file').path, '');
    await expect(makeDirectory(at(name))).rejects.toMatchObject({
      code: 'VARDROP_OUTPUT_UNWRITABLE',
      message: expect.stringContaining(reason),
    });
  });

  test('refuses a place where none can be made', async () => {
    await expect(makeDirectory({ option: '--output', path: '/proc/a/b' })).rejects.toMatchObject({
      code: 'VARDROP_OUTPUT_UNWRITABLE',
      message: expect.stringContaining('--output: got /proc/a/b'),
    });
  });
});

describe('writing outputs', () => {
  test('replaces a file as a whole', async () => {
    await writeFile(at('out').path, 'a longer old text');
    await writeOutput(at('out'), 'new');
    expect(await readFile(at('out').path, 'utf8')).toBe('new');
    expect(await readdir(directory)).toEqual(['out']);
  });

  test('follows a symbolic link instead of replacing it', async () => {
    await writeFile(at('target').path, 'old');
    await symlink(at('target').path, at('link').path);
    await writeOutput(at('link'), Uint8Array.of(65, 66));
    expect((await lstat(at('link').path)).isSymbolicLink()).toBe(true);
    expect(await readFile(at('target').path, 'utf8')).toBe('AB');
  });

  test('writes to a device instead of replacing it', async () => {
    await checkOutputs([{ option: '--json', path: '/dev/null' }]);
    await writeOutput({ option: '--json', path: '/dev/null' }, 'text');
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

test('an input that is not there, or a directory, is refused', async () => {
  const code = 'VARDROP_INPUT_UNREADABLE';
  await expect(checkInput({ option: '--resume', path: at('nothing').path })).rejects.toMatchObject({ code });
  await expect(checkInput({ option: '--resume', path: directory })).rejects.toMatchObject({ code });
  await writeFile(at('file').path, '');
  await checkInput({ option: '--resume', path: at('file').path });
});
