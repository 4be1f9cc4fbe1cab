import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFiles } from '../src/files/checkFiles.js';
import { readRegular } from '../src/files/openRegular.js';
import { makeDirectory, type OutputPath, writeOutput } from '../src/files/output.js';

let directory: string;
const at = (name: string) => ({ option: '--report', path: join(directory, name) });
const checkOutputs = (outputs: readonly OutputPath[]) =>
  checkFiles({ files: outputs.map((output) => ({ ...output, use: 'write' })) });
const checkInput = (input: OutputPath) => checkFiles({ files: [{ ...input, use: 'read' }] });
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

  test('follows a link to a file that is not there yet', async () => {
    await symlink('target', at('link').path);
    await writeOutput(at('link'), 'new');
    expect((await lstat(at('link').path)).isSymbolicLink()).toBe(true);
    expect(await readFile(at('target').path, 'utf8')).toBe('new');
    await symlink('round', at('round').path);
    await expect(writeOutput(at('round'), 'new')).rejects.toMatchObject({ code: 'VARDROP_OUTPUT_UNWRITABLE' });
  });

  test.runIf(process.platform === 'linux')('writes to a pipe that has no path, as /dev/stdout may be', async () => {
    const script = `import { writeOutput } from ${JSON.stringify(new URL('../dist/files/output.js', import.meta.url))};
      await writeOutput({ option: '--json', path: '/dev/stdout' }, 'text');`;
    const words = ['-c', '"$0" --input-type=module --eval "$1" | cat', process.execPath, script];
    expect(execFileSync('sh', words, { encoding: 'utf8' })).toBe('text');
    expect((await lstat('/dev/stdout')).isSymbolicLink()).toBe(true);
  });

  test('writes to a device instead of replacing it', async () => {
    await checkOutputs([{ option: '--json', path: '/dev/null' }]);
    await writeOutput({ option: '--json', path: '/dev/null' }, 'text');
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

test.runIf(process.platform !== 'win32')('inputs that may never end are refused at once', async () => {
  execFileSync('mkfifo', [at('pipe').path]);
  const server = createServer().listen(at('socket').path);
  await once(server, 'listening');
  for (const [path, kind] of [
    [at('pipe').path, 'a pipe'],
    [at('socket').path, 'a socket'],
    ['/dev/zero', 'a device'],
  ]) {
    await expect(checkInput({ option: '--resume', path })).rejects.toMatchObject({
      code: 'VARDROP_INPUT_UNREADABLE',
      message: expect.stringContaining(`(${kind})`),
    });
    await expect(readRegular(path)).rejects.toThrow(kind);
  }
  server.close();
});

test('an input that is not there, or a directory, is refused', async () => {
  const code = 'VARDROP_INPUT_UNREADABLE';
  await expect(checkInput({ option: '--resume', path: at('nothing').path })).rejects.toMatchObject({ code });
  await expect(checkInput({ option: '--resume', path: directory })).rejects.toMatchObject({ code });
  await writeFile(at('file').path, '');
  await checkInput({ option: '--resume', path: at('file').path });
});
