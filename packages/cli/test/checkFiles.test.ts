import { link, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/main.js';
import { writeImages } from './writeImages.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vardrop-clash-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Runs the command with nothing behind it: whatever is loaded is told. */
async function run(words: readonly string[], fd?: number) {
  const result = { stderr: '', code: -1, loaded: false };
  const load = async () => {
    result.loaded = true;
    return async (): Promise<never> => {
      throw new Error('loaded');
    };
  };
  result.code = await main(words, {
    loadTrain: load,
    loadReproduce: load,
    loadBench: load,
    loadConformance: load,
    loadCalibrate: load,
    loadExport: load,
    loadNewBackend: load,
    loadPredict: load,
    loadEvaluate: load,
    stdout: { write: () => {}, fd },
    stderr: { write: (text) => (result.stderr += text) },
    variables: {},
    onInterrupt: () => () => {},
    exit: () => {},
  });
  return result;
}

/** A command line on the files of a folder; `{A}` and `{B}` stand for two paths of one file. */
interface Line {
  readonly words: readonly string[];
  /** The file that both lead to, in the folder. */
  readonly file: string;
}

const train = ['train', '--report', 'own.html'];
const reproduce = ['reproduce', 'error', '--output', 'results'];

/** All pairs of an output and another file, of all commands. */
const pairs: readonly Line[] = [
  { words: ['train', '--resume', '{A}', '--report', '{B}'], file: 'old' },
  { words: [...train, '--resume', '{A}', '--json', '{B}'], file: 'old' },
  { words: ['train', '--report', '{A}', '--json', '{B}'], file: 'new' },
  { words: ['train', '--report', '{A}', '--checkpoint', '{B}'], file: 'new' },
  { words: [...train, '--json', '{A}', '--checkpoint', '{B}'], file: 'new' },
  { words: [...train, '--log', '{A}', '--checkpoint', '{B}'], file: 'new' },
  { words: [...train, '--resume', '{A}', '--log', '{B}'], file: 'old' },
  { words: [...train, '--backend', '{A}', '--json', '{B}'], file: 'module.js' },
  { words: ['bench', '--backends', 'reference,{A}', '--json', '{B}'], file: 'module.js' },
  ...['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'].flatMap(
    (name): Line[] => [
      { words: ['train', '--data', 'data', '--report', '{B}'], file: `data/${name}` },
      { words: [...train, '--data', 'data', '--json', '{B}'], file: `data/${name}` },
      { words: [...train, '--data', 'data', '--checkpoint', '{B}'], file: `data/${name}` },
      { words: [...reproduce, '--data', 'data', '--report', '{B}'], file: `data/${name}` },
      { words: [...reproduce, '--data', 'data', '--json', '{B}'], file: `data/${name}` },
    ],
  ),
  { words: [...reproduce, '--report', '{A}', '--json', '{B}'], file: 'new' },
  { words: [...reproduce, '--json', '{B}'], file: 'results/report.html' },
  ...['error.json', 'variance.json', 'sparsity-pruned-1.safetensors', 'variance-100.safetensors'].flatMap(
    (name): Line[] => [
      { words: [...reproduce, '--json', '{B}'], file: `results/${name}` },
      { words: [...reproduce, '--report', '{B}'], file: `results/${name}` },
    ],
  ),
  { words: ['bench', '--against', '{A}', '--json', '{B}'], file: 'old' },
  { words: ['conformance', '{A}', '--json', '{B}'], file: 'module.js' },
  { words: ['conformance', '--backend', '{A}', '--json', '{B}'], file: 'module.js' },
  { words: ['conformance', '--across', 'reference,{A}', '--json', '{B}'], file: 'module.js' },
  { words: ['export', '--checkpoint', '{A}', '--output', '{B}'], file: 'old' },
];

/** Ways to name a file, as paths; `number` keeps the names of links apart. */
const spellings = ['plain', 'dots', 'link', 'linkToLink', 'linkedFolder', 'hardLink'] as const;
async function spell(folder: string, file: string, how: (typeof spellings)[number], number: number): Promise<string> {
  const path = join(folder, file);
  switch (how) {
    case 'plain':
      return path;
    case 'dots':
      return `${folder}/results/../${file.replace('/', '/.//')}`;
    case 'link': {
      await symlink(path, join(folder, `link${number}.js`));
      return join(folder, `link${number}.js`);
    }
    case 'linkToLink': {
      await symlink(`first${number}.js`, join(folder, `second${number}.js`));
      await symlink(file, join(folder, `first${number}.js`));
      return join(folder, `second${number}.js`);
    }
    case 'linkedFolder': {
      await symlink('.', join(folder, `folder${number}`));
      return join(folder, `folder${number}`, file);
    }
    case 'hardLink': {
      // A file that is not there has one name.
      const other = join(folder, `hard${number}.js`);
      return link(path, other).then(
        () => other,
        () => path,
      );
    }
  }
}

/** A folder with data, old files and results, all of their own content. */
async function prepare(): Promise<string> {
  const folder = await mkdtemp(join(root, 'case-'));
  for (const name of ['data', 'results']) await mkdir(join(folder, name));
  await writeImages(join(folder, 'data'), 'train', 12, 1);
  await writeImages(join(folder, 'data'), 't10k', 6, 2);
  for (const name of ['old', 'module.js', 'results/variance-100.safetensors']) {
    await writeFile(join(folder, name), `content of ${name}`);
  }
  return folder;
}

async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, (await readFile(file)).toString('base64')] as const)),
  );
}

/** The words with paths in the folder; relative ones are the folder's. */
const place = (words: readonly string[], folder: string, a: string, b: string) =>
  words.map((word) =>
    ['data', 'results', 'own.html'].includes(word) ? join(folder, word) : word.replace('{A}', a).replace('{B}', b),
  );

describe('an output onto another file of the command', () => {
  test('is refused before anything is loaded or changed, however the two are spelled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...pairs),
        fc.constantFrom(...spellings),
        fc.constantFrom(...spellings),
        async ({ words, file }, first, second) => {
          const folder = await prepare();
          const a = await spell(folder, file, first, 1);
          const line = place(words, folder, a, await spell(folder, file, second, 2));
          const before = await contents(folder);
          const result = await run(line);
          expect(result.stderr, line.join(' ')).toMatch(
            /^\[vardrop\] .* needs a file of its own\. Name another file\.\n$/,
          );
          expect([result.code, result.loaded]).toEqual([1, false]);
          expect(await contents(folder)).toEqual(before);
          await rm(folder, { recursive: true });
        },
      ),
      { numRuns: 100 },
    );
  });

  test('lets through what is not: other files, a checkpoint that goes on from itself, and devices', async () => {
    const folder = await prepare();
    for (const words of [
      [...train, '--resume', '{A}', '--checkpoint', '{A}'],
      [...train, '--data', 'data', '--json', '{B}'],
      [...train, '--json', '/dev/null', '--checkpoint', '/dev/null'],
      [...reproduce, '--data', 'data', '--json', '{B}'],
      ['bench', '--against', '{A}', '--json', '{B}'],
      ['conformance', join(folder, 'module.js'), '--json', '{B}'],
      ['export', '--checkpoint', '{A}', '--output', '{B}'],
    ]) {
      const result = await run(place(words, folder, join(folder, 'old'), join(folder, 'data', 'another')));
      expect([result.loaded, result.stderr], words.join(' ')).toEqual([
        true,
        expect.stringContaining('unexpected error: loaded'),
      ]);
    }
  });

  test('is refused where the output is the file that the command prints to', async () => {
    const folder = await prepare();
    const file = await open(join(folder, 'old'), 'r+');
    try {
      const report = await run(['train', '--report', join(folder, 'old')], file.fd);
      expect([report.code, report.loaded]).toEqual([1, false]);
      expect(report.stderr).toContain('--report: got');
      expect(report.stderr).toContain('which is where standard output goes');
      const read = await run(['export', '--checkpoint', join(folder, 'old'), '--output', join(folder, 'new')], file.fd);
      expect([read.code, read.loaded]).toEqual([1, false]);
      expect(read.stderr).toContain('--checkpoint: got');
    } finally {
      await file.close();
    }
  });
});
