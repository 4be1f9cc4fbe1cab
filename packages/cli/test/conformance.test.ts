import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LawResult, laws } from '@vardrop/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lawIds } from '../src/arguments/conformanceCommand.js';
import { parseArguments } from '../src/arguments.js';
import { conformance } from '../src/commands/conformance.js';
import { runLawsApart } from '../src/conformance/runLawsApart.js';
import { main } from '../src/main.js';

const core = (entry: string) => JSON.stringify(import.meta.resolve(`@vardrop/core/${entry}`));
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-conformance-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Writes a module, and returns its path. */
async function moduleOf(name: string, body: string): Promise<string> {
  const path = join(directory, name);
  const imports = `import { createReferenceBackend } from ${core('reference')};\nimport { rewrite } from ${core('program')};`;
  await writeFile(path, `${imports}\n${body}\n`);
  return path;
}

/** Runs the command as a user would. */
async function run(...words: string[]) {
  return runAndStop(undefined, ...words);
}

/** The same; presses Ctrl-C once `until` has been printed. */
async function runAndStop(until: string | undefined, ...words: string[]) {
  const result = { stdout: '', stderr: '', code: -1, exits: [] as number[] };
  let interrupt: (code: number) => void = () => undefined;
  const print = (text: string) => {
    result.stdout += text;
    if (until !== undefined && text.includes(until)) interrupt(130);
  };
  const unwanted = async () => {
    throw new Error('not this command');
  };
  result.code = await main(['conformance', ...words], {
    loadTrain: unwanted,
    loadReproduce: unwanted,
    loadBench: unwanted,
    loadCalibrate: unwanted,
    loadExport: unwanted,
    loadNewBackend: unwanted,
    loadPredict: unwanted,
    loadEvaluate: unwanted,
    loadConformance: async () => conformance,
    stdout: { write: print },
    stderr: { write: (text) => (result.stderr += text) },
    variables: {},
    onInterrupt: (handler) => {
      interrupt = handler;
      return () => {};
    },
    exit: (code) => result.exits.push(code),
  });
  return result;
}

const subtracts = `export function createMyBackend() {
  const backend = createReferenceBackend();
  const swapped = (b, node, [x, y]) => (node.op === 'sub' ? b.sub(y, x) : undefined);
  return { ...backend, compile: (program) => backend.compile(rewrite(program, swapped)) };
}`;

describe('vardrop conformance', () => {
  it('knows every law', () => expect(laws.map(({ id }) => id)).toEqual(lawIds));

  it('prints a table of laws that hold, writes JSON, and exits with 0', async () => {
    const json = join(directory, 'out.json');
    const result = await run('--backend', 'reference', '--law', 'noise', 'lifetime', '--seed', '7', '--json', json);
    expect([result.code, result.stderr, result.exits]).toEqual([0, '', []]);
    expect(result.stdout).toMatch(
      /^law +cases +skipped +worst +median +time +result\nnoise .* pass\nlifetime .* pass\n/,
    );
    expect(result.stdout).toContain('noise: distribution function');
    expect(result.stdout).toContain('reference, effort quick, seed 7: 2 of 2 laws hold');
    const written = JSON.parse(await readFile(json, 'utf8'));
    expect(written).toMatchObject({
      backend: 'reference',
      effort: 'quick',
      seed: 7,
      laws: [{ id: 'noise', failed: 0 }, {}],
    });
  });

  it('prints the smallest failing case of a module, exits with 1, and replays it', async () => {
    const path = await moduleOf('swapped.js', subtracts);
    const first = await run(path, '--law', 'primitives');
    expect([first.code, first.exits]).toEqual([1, [1]]);
    // The edges, which are one case, and a generated case.
    expect(first.stdout).toContain('FAIL (2)');
    const [, message, replay] =
      /\n(primitives\/sub \(seed \d+, path [^)]*\): [\s\S]*?)\nreplay: .* --replay "(.*)"\n/.exec(
        first.stdout,
      ) as RegExpExecArray;
    for (const part of ['%2 sub', 'got', 'wanted', '±', '= sub %0 %1']) expect(message).toContain(part);
    const again = await run('--backend', path, '--replay', replay);
    expect(again.stdout).toContain(message);
    expect(again.code).toBe(1);
    const [, cases] = /^primitives +(\d+)/m.exec(again.stdout) as RegExpExecArray;
    expect(cases).toBe('1');
  });

  it('compares backends with each other', async () => {
    const path = await moduleOf('swapped.js', subtracts);
    const result = await run('--across', `reference,tfjs:cpu,${path}`);
    // Signs of differences do not matter to the variance of a quadratic loss, but to the sigmoid KL.
    expect([result.code, result.exits]).toEqual([1, [1]]);
    expect(result.stdout).toContain('largest relative difference in gradient variance');
    expect(result.stdout).toMatch(/reference +– +[\d.]+e-\d+ +[\d.e+-]+ !/);
    const good = await run('--across', 'reference,tfjs:cpu');
    expect([good.code, good.stdout.includes('!')]).toEqual([0, false]);
  });

  it.each([
    ['package.json', 'VARDROP_BACKEND_MODULE', '[vardrop conformance] ./package.json: got '],
    ['test', 'VARDROP_', '[vardrop] module: got ./test (a directory), needs a regular file'],
    ['tfjs:wasn', 'VARDROP_', '[vardrop] module: got ./tfjs:wasn (no such file or directory)'],
  ])('takes %s, a word without a slash, for a path', async (word, code, message) => {
    const result = await run(word, '--verbose');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(code);
    expect(result.stderr).toContain(message);
  });

  it.each<[string, string, string]>([
    ['throws while it loads', 'throw new Error("broken on purpose");', 'got an error (broken on purpose)'],
    ['is not JavaScript', 'export const;', 'got an error ('],
    ['exports nothing', '', 'got no function'],
    ['exports no function', 'export const backend = createReferenceBackend();', 'got no function'],
    [
      'exports two',
      'export function createABackend() {}\nexport function createBBackend() {}',
      'createABackend, createB',
    ],
    [
      'has a factory that throws',
      'export const create = () => { throw new Error("no device"); };',
      'error (no device)',
    ],
    ['has a factory that hangs', 'export const create = () => new Promise(() => {});', 'got nothing within 0.05 s'],
    ['has a factory that makes nothing', 'export const create = () => {};', 'got undefined, needs a backend'],
  ])('a module that %s is refused', async (what, body, message) => {
    const path = await moduleOf(`${what.replaceAll(' ', '-')}.mjs`, body);
    const result = await run(path, '--timeout', '0.05');
    expect([result.code, result.exits, result.stdout]).toEqual([1, [1], '']);
    expect(result.stderr).toContain(message);
    expect(result.stderr).toMatch(/^\[(vardrop )?conformance\] /);
  });

  it('a module that is not there is refused', async () => {
    expect((await run('./nothing.js')).stderr).toContain('got ./nothing.js (no such file or directory)');
  });

  it('a backend that never gives its thread back is ended, and the next laws are tried', async () => {
    const path = await moduleOf(
      'looping.js',
      `export function createMyBackend() {
        const backend = createReferenceBackend();
        const loops = (program) => program.nodes.some(({ op }) => op === 'tanh');
        return { ...backend, compile: (program) => { while (loops(program)); return backend.compile(program); } };
      }`,
    );
    const request = { target: path, laws: ['primitives', 'noise'], effort: 'quick', caseTimeout: 1000 } as const;
    const results: LawResult[] = [];
    const cases = new Set<string>();
    const watcher = {
      onCase: (law: string, property: string) => cases.add(`${law}/${property}`),
      onResult: (result: LawResult) => results.push(result),
    };
    await runLawsApart(request, watcher, new AbortController().signal, 2000);
    expect(results.map(({ id, failed }) => [id, failed])).toEqual([
      ['primitives', 1],
      ['noise', 0],
    ]);
    expect(results[0].failures[0]).toMatchObject({
      property: expect.stringMatching(/^tanh/),
      message: expect.stringContaining('did not give its thread back within 3 s'),
    });
    expect([...cases]).toEqual(expect.arrayContaining(['primitives/neg: edges', 'noise/batches']));
  });

  it('reports the laws so far after Ctrl-C, whatever the backend does', async () => {
    const path = await moduleOf(
      'endless.js',
      `export function createMyBackend() {
        const backend = createReferenceBackend();
        const loops = (program) => !program.nodes.some(({ op }) => op === 'noise');
        return { ...backend, compile: (program) => { while (loops(program)); return backend.compile(program); } };
      }`,
    );
    const json = join(directory, 'stopped.json');
    const result = await runAndStop('noise  ', path, '--law', 'noise', 'kl', 'reads', '--json', json);
    expect([result.code, result.exits]).toEqual([130, [130]]);
    expect(result.stderr).toContain('Stopping.');
    expect(result.stdout).toContain('1 of 1 laws hold; stopped before the end of kl, reads');
    const { laws: tried, notRun } = JSON.parse(await readFile(json, 'utf8'));
    expect([tried.map(({ id }: LawResult) => id), notRun]).toEqual([['noise'], ['kl', 'reads']]);
  });

  it('a backend that ends its process fails the law that it was at', async () => {
    const path = await moduleOf(
      'ending.js',
      `export function createMyBackend() {
        const backend = createReferenceBackend();
        return { ...backend, read: (tensor) => { process.exit(3); } };
      }`,
    );
    const result = await run(path, '--law', 'noise', 'kl');
    expect(result.code).toBe(1);
    expect(result.stdout.match(/process ended \(exit code 3\)/g)).toHaveLength(2);
    expect(result.stdout).toContain('0 of 2 laws hold');
  });

  it('a backend that hangs, or reads something else, fails with the case', async () => {
    const hanging = await moduleOf(
      'hanging.js',
      'export const createB = () => ({ ...createReferenceBackend(), read: () => new Promise(() => {}) });',
    );
    const late = await run(hanging, '--law', 'kl', '--timeout', '0.05');
    expect(late.stdout).toContain('additive exact did not end within 0.05 s');
    const other = await moduleOf(
      'reading.js',
      'export const createB = () => ({ ...createReferenceBackend(), read: async () => [1, 2] });',
    );
    expect((await run(other, '--law', 'kl')).stdout).toContain('got a value of type Array, wanted a Float32Array');
  });

  it('a replay of what does not exist is refused', async () => {
    const result = await run('--backend', 'reference', '--replay', '1:kl/nothing');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('"nothing", which is not a property of the law kl');
  });

  it.each<[string, string, string]>([
    ['', 'VARDROP_INVALID_OPTION', 'backend: got none'],
    ['--backend reference ./x.js', 'VARDROP_INVALID_OPTION', 'got ./x.js and reference'],
    ['--backend cuda', 'VARDROP_UNKNOWN_BACKEND', '[vardrop conformance] --backend: got "cuda"'],
    ['--across reference', 'VARDROP_INVALID_OPTION', 'at least two backends'],
    ['--across reference,cuda', 'VARDROP_UNKNOWN_BACKEND', '--across: got "cuda"'],
    ['--backend reference --law gravity', 'VARDROP_UNKNOWN_LAW', 'got "gravity", needs one of primitives'],
    ['--backend reference --effort hard', 'VARDROP_INVALID_OPTION', '--effort: got "hard"'],
    ['--backend reference --replay 3', 'VARDROP_REPLAY', 'needs SEED:LAW/PROPERTY'],
    ['--backend reference --replay 3:gravity/x', 'VARDROP_UNKNOWN_LAW', '--replay: got "gravity"'],
    ['--backend reference --timeout 0', 'VARDROP_INVALID_OPTION', 'a number of seconds greater than 0'],
    ['a.js b.js', 'VARDROP_EXCESS_ARGUMENT', 'arguments'],
  ])('refuses the command line "%s"', (line, code, message) => {
    let thrown: unknown;
    try {
      parseArguments(['conformance', ...line.split(' ').filter(Boolean)], '1.2.3');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
