import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bench } from '../src/commands/bench.js';
import { conformance } from '../src/commands/conformance.js';
import { reproduce } from '../src/commands/reproduce.js';
import { train } from '../src/commands/train.js';
import { main } from '../src/main.js';
import { writeImages } from './writeImages.js';

const reference = JSON.stringify(import.meta.resolve('@vardrop/core/reference'));
const works = `import { createReferenceBackend } from ${reference};
export function createMyBackend() { return { ...createReferenceBackend(), name: 'mine' }; }
export const version = 1;`;

let directory: string;
const home = process.cwd();
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-foreign-'));
  process.chdir(directory);
  await mkdir('data');
  await writeImages('data', 'train', 30, 1);
  await writeImages('data', 't10k', 12, 2);
  await writeFile('mine.mjs', works);
  // A package for `import` alone, as many are; its file has a name of its own.
  for (const name of ['my-backend', '@me/backend']) {
    await mkdir(`node_modules/${name}`, { recursive: true });
    await writeFile(`node_modules/${name}/package.json`, '{ "type": "module", "exports": { "import": "./made.js" } }');
    await writeFile(`node_modules/${name}/made.js`, works);
  }
  for (const [name, body] of Object.entries(broken)) await writeFile(`${name}.mjs`, body);
});
afterEach(() => rm('out', { recursive: true, force: true }));
afterAll(async () => {
  process.chdir(home);
  await rm(directory, { recursive: true });
});

/** Modules that are no backends, by name. */
const broken = {
  empty: 'export const backend = {};',
  two: 'export const createABackend = () => {}, createBBackend = () => {};',
  throws: 'export const create = () => { throw new Error("no device"); };',
  rejects: 'export const create = async () => { throw new Error("no driver"); };',
  number: 'export const create = () => 7;',
  part: 'export const create = () => ({ name: "part", supports: {}, upload() {}, read() {}, dispose() {} });',
  syntax: 'export const;',
  imports: 'import "./gone.mjs";',
};

async function run(...words: readonly string[]) {
  const result = { stdout: '', stderr: '', code: -1, exits: [] as number[] };
  const unwanted = async () => {
    throw new Error('not this command');
  };
  result.code = await main(words, {
    loadTrain: async () => train,
    loadReproduce: async () => reproduce,
    loadBench: async () => bench,
    loadConformance: async () => conformance,
    loadCalibrate: unwanted,
    loadExport: unwanted,
    loadNewBackend: unwanted,
    loadPredict: unwanted,
    loadEvaluate: unwanted,
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    variables: {},
    onInterrupt: () => () => {},
    exit: (code) => result.exits.push(code),
  });
  return result;
}

const small = ['--data', 'data', '--layers', '3', '--epochs', '1', '--batch', '10', '--samples', '2', '--quiet'];
const commands: Readonly<Record<string, (backend: string) => readonly string[]>> = {
  train: (backend) => ['train', '--backend', backend, ...small],
  reproduce: (backend) => ['reproduce', 'speed', '--quick', '--data', 'data', '--output', 'out', '--backend', backend],
  conformance: (backend) => ['conformance', '--backend', backend, '--law', 'handles'],
  bench: (backend) => [
    'bench',
    '--backends',
    backend,
    '--quick',
    '--repetitions',
    '1',
    '--budget',
    '0.001',
    '--no-peers',
  ],
};

describe.each(Object.keys(commands))('vardrop %s', (command) => {
  it.each(['nothing.mjs', './nothing', '/nowhere/at/all.js'])('refuses %s, which is not there', async (path) => {
    const { code, stderr, exits } = await run(...commands[command](path));
    expect([code, exits]).toEqual([1, [1]]);
    expect(stderr).toMatch(
      /^\[vardrop\] (--backends?|module): got .*no such file or directory\), needs a regular file/,
    );
  });

  it.each(['cuda', '@me/nothing', 'node:fs', 'fs', 'tfjs:wsm'])('refuses %s, which nothing has', async (name) => {
    const { code, stderr } = await run(...commands[command](name));
    expect(code).toBe(2);
    expect(stderr).toContain(`got "${name}", needs one of wasm, tfjs:wasm`);
    expect(stderr).toContain('the path of a module such as ./my-backend.js, or the name of an installed package');
  });
});

describe.each(['train', 'conformance'])('vardrop %s', (command) => {
  it.each<[keyof typeof broken, string]>([
    ['empty', 'got no function, needs a module that exports a function'],
    ['two', 'got createABackend, createBBackend'],
    ['throws', 'got an error (no device), needs a backend'],
    ['rejects', 'got an error (no driver), needs a backend'],
    ['number', 'got 7, needs a backend'],
    ['part', 'got an object without the method compile'],
    ['syntax', 'got an error ('],
    ['imports', 'gone.mjs'],
  ])('refuses a module of the kind "%s"', async (name, message) => {
    const { code, stderr, exits } = await run(...commands[command](`./${name}.mjs`));
    expect([code, exits]).toEqual([1, [1]]);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`${name}.mjs`);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('a backend of one’s own', () => {
  it.each(['./mine.mjs', 'mine.mjs', 'my-backend', '@me/backend'])('named %s trains and predicts', async (name) => {
    const own = await run(...commands.train(name), '--json', 'own.json');
    expect([own.code, own.exits, own.stderr]).toEqual([0, [0], '']);
    const known = await run(...commands.train('reference'), '--json', 'known.json');
    expect([known.code, known.exits]).toEqual([0, []]);
    const [a, b] = await Promise.all(['own.json', 'known.json'].map((path) => readFile(path, 'utf8')));
    expect({ ...JSON.parse(a), backend: '', seconds: 0 }).toEqual({ ...JSON.parse(b), backend: '', seconds: 0 });
    expect(JSON.parse(a).backend).toBe(name);
  });

  it('keeps the laws by the name of its package', async () => {
    for (const words of [['my-backend'], ['--backend', '@me/backend']]) {
      const { code, stdout } = await run('conformance', ...words, '--law', 'handles');
      expect(code).toBe(0);
      expect(stdout).toContain('1 of 1 laws hold');
    }
  });

  it('is started by bench and reproduce as well', async () => {
    const timed = await run(...commands.bench('./throws.mjs'));
    expect([timed.code, timed.stderr]).toEqual([1, expect.stringContaining('[vardrop bench] factory of ./throws.mjs')]);
    const tried = await run(...commands.reproduce('./throws.mjs'));
    expect([tried.code, tried.stderr]).toEqual([1, expect.stringContaining('[vardrop reproduce] factory of')]);
  });

  it('is not chosen by a checkpoint', async () => {
    await run(...commands.train('./mine.mjs'), '--checkpoint', 'net.safetensors');
    const resume = ['train', '--resume', 'net.safetensors', '--data', 'data', '--epochs', '2', '--quiet'];
    const { code, stderr } = await run(...resume);
    expect([code, stderr]).toEqual([1, expect.stringContaining('--backend: got none, needs ./mine.mjs')]);
    expect((await run(...resume, '--backend', 'my-backend')).code).toBe(0);
  });
});
