import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { createBenchProgress } from '../src/bench/benchProgress.js';
import { readMemory } from '../src/bench/readMemory.js';
import { bench } from '../src/commands/bench.js';
import type { Bench } from '../src/commandTypes.js';
import { main } from '../src/main.js';
import { printTable } from '../src/report/printTable.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-bench-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs the command as a user would; `interrupt` is Ctrl-C. */
async function run(words: readonly string[], command: Bench = bench) {
  const result = { stdout: '', stderr: '', code: -1 };
  interrupt = () => {};
  const unwanted = async () => {
    throw new Error('not this command');
  };
  result.code = await main(['bench', ...words], {
    loadTrain: unwanted,
    loadReproduce: unwanted,
    loadBench: async () => command,
    loadConformance: unwanted,
    loadCalibrate: unwanted,
    loadExport: unwanted,
    loadNewBackend: unwanted,
    loadPredict: unwanted,
    loadEvaluate: unwanted,
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    variables: {},
    onInterrupt: (handler) => {
      interrupt = () => handler(130);
      return () => {};
    },
    exit: () => {},
  });
  return result;
}
let interrupt: () => void;

describe('vardrop bench', () => {
  it('times a backend, writes JSON, and compares itself with it', async () => {
    const json = join(directory, 'bench.json');
    // So small a budget leaves out all but the first step.
    const words = [
      '--backends',
      'tfjs:wasm',
      '--quick',
      '--repetitions',
      '1',
      '--budget',
      '0.001',
      '--no-peers',
      '--quiet',
    ];
    const first = await run([...words, '--json', json]);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/^A training step: 500 units, batch 1, .*\nbackend +variational ms/);
    expect(first.stdout).toContain('over budget');
    expect(first.stdout).toMatch(/To\s+train\s+on\s+single\s+rows[\s\S]*too\s+few\s+runs[\s\S]*needs\s+6\.\n$/);
    const report = JSON.parse(await readFile(json, 'utf8'));
    expect(report).toMatchObject({
      version: 1,
      unavailable: [],
      interrupted: false,
      backends: [{ name: 'tfjs:wasm' }],
    });
    expect(report.results[0]).toMatchObject({ backend: 'tfjs:wasm', variant: 'variational step', repetitions: 1 });
    const second = await run([...words, '--against', json]);
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/Against the earlier report\n/);
    expect(second.stdout).toContain('Against the earlier report: 0 quicker, 0 slower, 0 without');
  }, 240_000);

  it('says that a report is of an interrupted run, and exits with 130', async () => {
    const result = await run([], async (_, progress, signal) => {
      progress.show(0.5, 'half');
      interrupt();
      return { text: 'the results so far\n', interrupted: signal.aborted };
    });
    expect([result.code, result.stdout]).toEqual([130, 'the results so far\n']);
    expect(result.stderr).toMatch(/^ 50 % .* half\nStopping after this run\. Press Ctrl-C again to exit at once\.\n$/);
    const nothing = await run([], async (_, __, signal) => {
      interrupt();
      throw signal.reason;
    });
    expect([nothing.code, nothing.stdout]).toEqual([130, '']);
    expect(nothing.stderr).toContain('Stopped before there was anything to report.');
  });

  it('reads the earlier report before it measures, and leaves the output as it was', async () => {
    const json = join(directory, 'kept.json');
    await writeFile(json, 'kept');
    for (const [content, message] of [
      ['{"version": 7}', 'of version 7, needs a report of version 1'],
      ['nonsense', 'which is not JSON'],
    ]) {
      const old = join(directory, 'old.json');
      await writeFile(old, content);
      const result = await run(['--against', old, '--json', json]);
      expect([result.code, result.stdout]).toEqual([1, '']);
      expect(result.stderr).toContain(`[bench] against: got ${old}, ${message}`);
    }
    expect((await run(['--against', join(directory, 'absent.json')])).stderr).toMatch(/^\[vardrop\] --against: got /);
    expect((await run(['--json', join(directory, 'no', 'such.json')])).stderr).toMatch(/^\[vardrop\] --json: got /);
    expect(await readFile(json, 'utf8')).toBe('kept');
    expect((await readdir(directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('reads its options', () => {
    const parse = (line: string) => parseArguments(['bench', ...line.split(' ').filter(Boolean)], '1.2.3');
    expect(parse('')).toEqual({ kind: 'bench', options: { quick: false, peers: true, quiet: false, verbose: false } });
    expect(parse('--backends onnx:wasm,reference --no-peers --budget 2.5 --repetitions 3 --against a.json')).toEqual({
      kind: 'bench',
      options: {
        backends: ['onnx:wasm', 'reference'],
        peers: false,
        budget: 2.5,
        repetitions: 3,
        against: 'a.json',
        quick: false,
        quiet: false,
        verbose: false,
      },
    });
  });

  it.each<[string, string, string]>([
    ['--batch 10', 'VARDROP_INVALID_OPTION', '[vardrop bench] --batch: got "10", needs one of 1, 100, 1000'],
    ['--backends cuda', 'VARDROP_UNKNOWN_BACKEND', '[vardrop bench] --backends: got "cuda"'],
    ['--backends tfjs:wasm,', 'VARDROP_UNKNOWN_BACKEND', '--backends: got ""'],
    ['--backends tfjs:wasm,tfjs:wasm', 'VARDROP_INVALID_OPTION', 'needs each backend once'],
    ['--repetitions 0', 'VARDROP_INVALID_OPTION', 'a whole number from 1'],
    ['--budget 0', 'VARDROP_INVALID_OPTION', 'a number of seconds greater than 0'],
    ['--warmup 3', 'VARDROP_UNKNOWN_OPTION', '--warmup'],
    ['tfjs:wasm', 'VARDROP_EXCESS_ARGUMENT', 'tfjs:wasm'],
  ])('refuses the command line "%s"', (line, code, message) => {
    expect(() => parseArguments(['bench', ...line.split(' ')], '1.2.3')).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe('the benchmarks’ README', () => {
  it('shows what the reports hold', async () => {
    const at = (name: string) => new URL(`../../../benchmarks/${name}`, import.meta.url);
    const { withResults } = await import(at('src/resultsText.js').href);
    const [readme, results, gpu] = await Promise.all(
      ['README.md', 'results.json', 'gpu/results.json'].map((name) => readFile(at(name), 'utf8')),
    );
    expect(withResults(readme, results, gpu)).toBe(readme);
  });
});

describe('what a benchmark prints', () => {
  it('aligns columns of numbers to the right', () => {
    const table = {
      title: 'Title',
      columns: ['backend', 'ms', 'why'],
      rows: [
        ['a', '12.5 (12–13)', 'slow'],
        ['bcd', '–', 'fast'],
      ],
      note: 'Note.',
    };
    expect(printTable(table).split('\n')).toEqual([
      'Title',
      'backend            ms  why',
      '-------  ------------  ----',
      'a        12.5 (12–13)  slow',
      'bcd                 –  fast',
      'Note.',
    ]);
  });

  it('draws progress on a terminal in one line, and none where that is not wanted', () => {
    const terminal = {
      text: '',
      isTTY: true,
      columns: 40,
      cursorTo: () => {},
      write: (text: string) => (terminal.text += text),
    };
    const progress = createBenchProgress(terminal, false);
    progress.show(0.25, 'a label that is longer than the terminal is wide');
    progress.stop();
    const [, drawn, erased] = terminal.text.split('\r\x1b[K');
    expect([drawn.length, erased]).toEqual([39, '']);
    expect(drawn).toMatch(/^ 25 % +\d+ s left +a label/);
    let silent = '';
    createBenchProgress({ write: (text) => (silent += text) }, true).show(0.5, 'half');
    expect(silent).toBe('');
  });

  it('knows the memory of the process', async () => {
    const { heap, buffers, resident } = await readMemory();
    const more = new Float32Array(2 ** 20).fill(1);
    const after = await readMemory();
    expect(after.buffers - buffers).toBeGreaterThanOrEqual(more.byteLength - 2 ** 20);
    expect(resident).toBeGreaterThan(heap);
  });
});
