import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = join(root, 'packages', 'cli', 'bin', 'vardrop.js');
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-new-backend-'));
  // Stands for `npm install` in the package.
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
});
afterAll(() => rm(directory, { recursive: true }));

const vardrop = (...words: string[]) =>
  spawnSync(process.execPath, [command, ...words], { cwd: directory, encoding: 'utf8' });

describe('vardrop new-backend', () => {
  it('writes a package whose backend keeps the laws', async () => {
    const made = vardrop('new-backend', 'my-arrays');
    expect([made.status, made.stderr]).toEqual([0, '']);
    const files = ['README.md', 'package.json', 'src/index.js', 'test/conformance.test.js'];
    const written = await readdir(join(directory, 'my-arrays'), { recursive: true, withFileTypes: true });
    expect(
      written
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(join(directory, 'my-arrays').length + 1))
        .sort(),
    ).toEqual(files);
    for (const file of files) {
      const text = await readFile(join(directory, 'my-arrays', file), 'utf8');
      expect(text).not.toMatch(/NAME|VERSION/);
    }
    const manifest = JSON.parse(await readFile(join(directory, 'my-arrays', 'package.json'), 'utf8'));
    expect(manifest.name).toBe('vardrop-backend-my-arrays');
    expect(await readFile(join(directory, 'my-arrays', 'README.md'), 'utf8')).toContain('createMyArraysBackend()');
    const laws = ['primitives', 'programs', 'lifetime', 'reads', 'limits', 'refusals', 'kl', 'noise'];
    const run = vardrop('conformance', './my-arrays/src/index.js', ...laws.flatMap((law) => ['--law', law]));
    expect(run.stdout).toContain(`${laws.length} of ${laws.length} laws hold`);
    expect(run.status).toBe(0);
  });

  it('says "backend" once', async () => {
    expect(vardrop('new-backend', 'my-backend').status).toBe(0);
    const readme = await readFile(join(directory, 'my-backend', 'README.md'), 'utf8');
    expect(readme).toContain("import { createMyBackend } from 'vardrop-backend-my';");
  });

  it('writes a test that the runner takes', () => {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const run = spawnSync(process.execPath, [vitest, 'list', '--root', join(directory, 'my-arrays')], {
      encoding: 'utf8',
    });
    expect(run.stdout).toContain('conformance of my-arrays:cpu > primitives');
  });

  it('refuses a folder with something in it, and one that cannot be made', async () => {
    await mkdir(join(directory, 'full'));
    await writeFile(join(directory, 'full', 'kept.txt'), 'kept');
    const full = vardrop('new-backend', 'full');
    expect(full.status).toBe(1);
    expect(full.stderr).toContain('got a folder with 1 entry, needs a new or an empty one');
    expect(await readdir(join(directory, 'full'))).toEqual(['kept.txt']);
    const impossible = vardrop('new-backend', 'mine', '--directory', join(directory, 'full', 'kept.txt'));
    expect(impossible.status).toBe(1);
    expect(impossible.stderr).toMatch(/^\[vardrop new-backend\] .*needs a folder that can be written to/);
  });

  it.each(['My-Backend', '../x', 'a b', '-x', 'a--b'])('refuses the name "%s"', (name) => {
    expect(() => parseArguments(['new-backend', '--', name], '1.2.3')).toThrow(/lower-case words joined by hyphens/);
  });

  it('refuses no name', () => {
    expect(() => parseArguments(['new-backend'], '1.2.3')).toThrow(/got no value, needs one/);
  });
});
