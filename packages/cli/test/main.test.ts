import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VardropError } from '@vardrop/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends } from '../src/choices.js';
import type { Train } from '../src/commandTypes.js';
import { main } from '../src/main.js';
import type { TrainOptions } from '../src/trainOptions.js';
import { sampleReport } from './sampleReport.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-main-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs the command with a training of the test's own; `interrupt` is Ctrl-C. */
async function run(words: readonly string[], train: Train, variables: Record<string, string> = {}) {
  const result = { stdout: '', stderr: '', code: -1, exits: [] as number[], listening: false, loaded: false };
  handler = undefined;
  result.code = await main(words, {
    loadTrain: async () => {
      result.loaded = true;
      return train;
    },
    loadReproduce: async () => async () => {
      throw new Error('not asked for');
    },
    loadBench: async () => async () => ({ text: '', interrupted: false }),
    loadConformance: async () => async () => ({ held: true, interrupted: false }),
    loadCalibrate: async () => async () => {},
    loadExport: async () => async () => {},
    loadNewBackend: async () => async () => {},
    loadPredict: async () => async () => {},
    loadEvaluate: async () => async () => {},
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    variables,
    onInterrupt: (listener) => {
      handler = listener;
      result.listening = true;
      return () => {
        result.listening = false;
      };
    },
    exit: (code) => result.exits.push(code),
  });
  return result;
}
let handler: ((code: number) => void) | undefined;
const interrupt = (code = 130) => handler?.(code);

const succeed: Train = async () => sampleReport();
const fail =
  (error: unknown): Train =>
  async () => {
    throw error;
  };
const report = () => join(directory, 'report.html');
const words = (...more: string[]) => ['train', '--report', report(), ...more];

describe('a training that succeeds', () => {
  test('writes report and JSON, prints the summary, exits with 0', async () => {
    const json = join(directory, 'out.json');
    let seen: TrainOptions | undefined;
    const result = await run(words('--json', json, '--seed', '7'), async (options, ui, signal) => {
      seen = options;
      expect(signal.aborted).toBe(false);
      ui.start({ name: 'sparse', epochs: 1, stepsPerEpoch: 1 });
      return sampleReport();
    });
    expect([result.code, result.listening]).toEqual([0, false]);
    expect(seen).toMatchObject({ seed: 7, json });
    expect(await readFile(report(), 'utf8')).toMatch(/^<!doctype html>/);
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ testError: 0.0265, seed: 1 });
    expect(result.stdout).toContain('test error   2.65 %');
    expect(result.stdout).toContain(`report: ${report()}`);
    expect(result.stderr).toBe('sparse: 1 epoch of 1 step\n');
  });
});

describe('errors', () => {
  test('of usage exit with 2 and one line, before anything is loaded', async () => {
    const result = await run(['train', '--backend', 'cuda'], succeed);
    expect([result.code, result.loaded, result.stdout]).toEqual([2, false, '']);
    expect(result.stderr).toBe(
      `[vardrop train] --backend: got "cuda", needs one of ${backends.join(', ')}, the path of a module such as ./my-backend.js, or the name of an installed package. Choose one of them.\n`,
    );
  });

  test('of output paths exit with 1 before anything is loaded', async () => {
    const result = await run(['train', '--report', join(directory, 'nowhere', 'report.html')], succeed);
    expect([result.code, result.loaded]).toEqual([1, false]);
    expect(result.stderr).toMatch(/^\[vardrop\] --report: got .*no such file or directory.*\n$/);
  });

  test('of a checkpoint that is not there exit with 1 before anything is loaded', async () => {
    const result = await run(words('--resume', join(directory, 'nothing')), succeed);
    expect([result.code, result.loaded]).toEqual([1, false]);
  });

  test('with a code are one line, and leave the old report as it was', async () => {
    await writeFile(report(), 'old');
    const result = await run(words(), fail(new VardropError('VARDROP_X', '[x] y: got a, needs b. Do c.')));
    expect([result.code, result.stderr, result.listening]).toEqual([1, '[x] y: got a, needs b. Do c.\n', false]);
    expect(await readdir(directory)).toEqual(['report.html']);
    expect(await readFile(report(), 'utf8')).toBe('old');
  });

  test('show code and stack with --verbose or DEBUG', async () => {
    const train = fail(new VardropError('VARDROP_X', '[x] y: got a, needs b. Do c.'));
    for (const result of [await run(words('--verbose'), train), await run(words(), train, { DEBUG: '1' })]) {
      expect(result.stderr).toMatch(/VardropError: \[x\] y.*\n\s+at .*code: VARDROP_X\n$/s);
    }
  });

  test('print nothing that steers a terminal, and no second line', async () => {
    const text = '[x] \x1b[2Jname\nof a file: got \x9b1m, needs \u202eb. Do c.';
    const result = await run(words(), fail(new VardropError('VARDROP_X', text)));
    expect(result.stderr).toBe('[x] \\x1b[2Jname\\nof a file: got \\x9b1m, needs \\u202eb. Do c.\n');
    expect((await run(words(), fail(new Error('\x1b]0;a\x07')))).stderr).toContain('\\x1b]0;a\\x07');
  });

  test('without a code are called unexpected', async () => {
    const result = await run(words(), fail(new TypeError('a.b is not a function')));
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^\[vardrop\] unexpected error: a\.b is not a function\nRun again with --verbose/);
    expect((await run(words('--verbose'), fail(new TypeError('a')))).stderr).toMatch(/^TypeError: a\n\s+at /);
  });
});

describe('Ctrl-C', () => {
  test('asks the training to stop, which still reports; the exit code is 130', async () => {
    const result = await run(words(), async (_, __, signal) => {
      interrupt();
      return { ...sampleReport(), interrupted: signal.aborted };
    });
    expect([result.code, result.exits]).toEqual([130, []]);
    expect(result.stderr).toBe('Stopping after this step. Press Ctrl-C again to exit at once.\n');
    expect(result.stdout).toMatch(/^The training was interrupted/);
    expect(await readFile(report(), 'utf8')).toContain('The training was interrupted');
  });

  test('twice exits at once', async () => {
    const result = await run(words(), async () => {
      interrupt();
      interrupt();
      return sampleReport();
    });
    expect(result.exits).toEqual([130]);
  });

  test('before there is anything to report writes nothing', async () => {
    const result = await run(words(), async (_, __, signal) => {
      interrupt();
      signal.throwIfAborted();
      return sampleReport();
    });
    expect([result.code, result.stdout, await readdir(directory)]).toEqual([130, '', []]);
    expect(result.stderr).toContain('Stopped before there was anything to report.');
  });

  test('when all is computed lets the report be written, and is no interruption', async () => {
    const result = await run(words(), async () => {
      setImmediate(interrupt);
      return sampleReport();
    });
    expect([result.code, result.exits]).toEqual([0, []]);
    expect(result.stderr).toMatch(/^Finishing: what was computed is being written\./);
    expect(result.stdout).not.toContain('Stopped');
    expect(await readFile(report(), 'utf8')).toMatch(/^<!doctype html>/);
  });

  test.each([129, 143])('has fellows, whose exit code is their own: %i', async (code) => {
    const result = await run(words(), async (_, __, signal) => {
      interrupt(code);
      return { ...sampleReport(), interrupted: signal.aborted };
    });
    expect(result.code).toBe(code);
  });

  test('does not hide an error that has another reason', async () => {
    const result = await run(words(), async () => {
      interrupt();
      throw new VardropError('VARDROP_X', '[x] y: got a, needs b. Do c.');
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('[x] y: got a');
  });
});

test('help and version need no training', async () => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const result = await run(['--version'], succeed);
  expect([result.code, result.loaded, result.stdout]).toEqual([0, false, `${version}\n`]);
  expect((await run([], succeed)).stdout).toContain('Usage: vardrop');
});
