import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lawIds } from '../src/arguments/conformanceCommand.js';
import { parseArguments } from '../src/arguments.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = join(root, 'packages', 'cli', 'bin', 'vardrop.js');
/** Outside of the repository, with a name that a shell has to be told of. */
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "vardrop new-backend's "));
});
afterAll(() => rm(directory, { recursive: true }));

const vardrop = (...words: string[]) =>
  spawnSync(process.execPath, [command, ...words], { cwd: directory, encoding: 'utf8' });

describe('vardrop new-backend', () => {
  it('writes a package that installs and keeps every law, as it prints', { timeout: 400_000 }, async () => {
    const made = vardrop('new-backend', 'my-arrays', '--directory', directory);
    expect([made.status, made.stderr]).toEqual([0, '']);
    const folder = join(directory, 'my-arrays');
    const files = ['README.md', 'package.json', 'src/index.js', 'test/conformance.test.js'];
    const written = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(
      written
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
        .sort(),
    ).toEqual(files);
    for (const file of files) expect(await readFile(join(folder, file), 'utf8')).not.toMatch(/NAME|LINK/);

    const printed = [...made.stdout.matchAll(/^ {2}(\S[^#\n]*)/gm)].map(([, line]) => line.trim());
    expect(printed.slice(1)).toEqual(['npm test', 'npm run conformance']);
    // The table is the same laws once more: two of them will do.
    const script = ['set -e', ...printed.slice(0, 2), `${printed[2]} -- --law kl limits`].join('\n');
    // As in a shell of one's own, without a registry.
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_)/i.test(name));
    const env = { ...Object.fromEntries(own), npm_config_registry: 'http://localhost:9', npm_config_fund: 'false' };
    const run = spawnSync('sh', ['-c', script], { cwd: directory, env, encoding: 'utf8' });
    expect(run.status, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^# fail 0$/m);
    expect(run.stdout).toMatch(new RegExp(`^# pass ${lawIds.length}$`, 'm'));
    expect(run.stdout).toContain('2 of 2 laws hold');
  });

  it.each([
    ['my-backend', 'createMyBackend'],
    ['arrays', 'createArraysBackend'],
    ['a-1-b', 'createA1BBackend'],
    ['backend', 'createBackend'],
  ])('calls the package %s as it was told to, and its function %s', async (name, factory) => {
    expect(vardrop('new-backend', name).status).toBe(0);
    const read = (file: string) => readFile(join(directory, name, file), 'utf8');
    expect(JSON.parse(await read('package.json')).name).toBe(name);
    expect(await read('README.md')).toContain(`import { ${factory} } from '${name}';`);
    expect(await read('src/index.js')).toContain(`export function ${factory}()`);
    expect(await read('src/index.js')).toContain(`name: '${name}:cpu'`);
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

  it.each([
    ...['My-Backend', '../x', 'a b', '-x', 'a--b', 'my_backend', '@me/backend'].map((name) => [
      name,
      'lower-case words',
    ]),
    ['http', 'a name that is not a module of Node'],
    ['nul', 'on Windows too'],
    ['x'.repeat(215), 'at most 214 characters'],
  ])('refuses the name "%s"', (name, needs) => {
    expect(() => parseArguments(['new-backend', '--', name], '1.2.3')).toThrow(needs);
  });

  it('refuses no name', () => {
    expect(() => parseArguments(['new-backend'], '1.2.3')).toThrow(/got no value, needs one/);
  });
});
