import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { train } from '../src/commands/train.js';
import { main } from '../src/main.js';
import { createProgress, type Progress } from '../src/progress.js';
import { reportJson } from '../src/report/summary.js';
import { writeImages } from './writeImages.js';

let directory: string;
let log: string;
const quiet = createProgress({ write: () => true }, true);
const never = new AbortController().signal;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-log-'));
  await writeImages(directory, 'train', 57, 1);
  await writeImages(directory, 't10k', 20, 2);
});
beforeEach(async () => {
  log = join(await mkdtemp(join(directory, 'case-')), 'metrics.jsonl');
});
afterAll(() => rm(directory, { recursive: true }));

const wordsOf = (line: string) =>
  `train --data ${directory} --layers 4 --epochs 3 --batch 20 --samples 2 --log ${log} ${line}`.trim().split(/\s+/);
function run(line: string, ui: Progress = quiet, signal = never) {
  const parsed = parseArguments(wordsOf(line), '0');
  if (parsed.kind !== 'train') throw new Error(`parsed as ${parsed.kind}`);
  return train(parsed.options, ui, signal);
}

/** The exit code and errors of the command with nothing behind it. */
async function check(...words: string[]) {
  const result = { stderr: '', code: -1 };
  const load = async () => async (): Promise<never> => {
    throw new Error('loaded');
  };
  result.code = await main([...wordsOf(''), '--report', join(directory, 'report.html'), ...words], {
    loadTrain: load,
    loadReproduce: load,
    loadBench: load,
    loadConformance: load,
    loadCalibrate: load,
    loadExport: load,
    loadNewBackend: load,
    loadPredict: load,
    loadEvaluate: load,
    stdout: { write: () => {} },
    stderr: { write: (text) => (result.stderr += text) },
    variables: {},
    onInterrupt: () => () => {},
    exit: () => {},
  });
  return result;
}

const linesOf = async (path = log) => {
  const text = await readFile(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('--log', () => {
  test('has a line for each epoch as soon as it ends, and the summary last', async () => {
    const during: number[] = [];
    const watching: Progress = {
      ...quiet,
      // Told of an epoch before its line is written.
      epoch: async () => void during.push((await readFile(log, 'utf8').catch(() => '')).split('\n').length - 1),
    };
    const report = await run('', watching);
    const lines = await linesOf();
    expect(lines.map(({ type }) => type)).toEqual(['epoch', 'epoch', 'epoch', 'summary']);
    expect(lines[3]).toEqual({ type: 'summary', ...reportJson(report) });
    lines.slice(0, 3).forEach((line, i) => {
      const { epoch, objective, dataTerm, kl, validationError, validationNll, seconds } = report.epochs[i];
      expect(line).toMatchObject({ run: 'variational-a', epoch, loss: objective, dataTerm, kl, seconds });
      expect(line.validation).toMatchObject({ error: validationError, nll: validationNll });
    });
    expect(during).toEqual([0, 1, 2]);
  });

  test('names the network of each line of a comparison', async () => {
    await run('--compare --epochs 1');
    const lines = await linesOf();
    expect(lines.map(({ run }) => run)).toEqual([
      'none',
      'bernoulli',
      'gaussian-a',
      'gaussian-b',
      'variational-a',
      'variational-b',
      undefined,
    ]);
    expect(lines[6].runs).toHaveLength(6);
  });

  test('is continued by --resume, also after a line that was not ended', async () => {
    const path = join(directory, 'net.safetensors');
    await run(`--epochs 1 --checkpoint ${path}`);
    const first = await readFile(log, 'utf8');
    await writeFile(log, first.slice(0, first.indexOf('\n')));
    await run(`--resume ${path}`);
    expect((await linesOf()).map(({ type, epoch }) => epoch ?? type)).toEqual([1, 2, 3, 'summary']);
  });

  test('leaves no file where training does not begin', async () => {
    await expect(run('--noise none --rate 0.5')).rejects.toMatchObject({ code: 'VARDROP_RATE' });
    await expect(readFile(log)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('goes into a pipe', async () => {
    execFileSync('mkfifo', [log]);
    const read = readFile(log, 'utf8');
    await run('--epochs 2');
    expect((await read).trim().split('\n')).toHaveLength(3);
  });

  test('is refused before anything is loaded where it cannot be written, and keeps what is there', async () => {
    await writeFile(log, 'mine\n');
    const refused = await check();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^\[vardrop\] --log: got .*metrics\.jsonl, which has lines already, needs/);
    expect(await readFile(log, 'utf8')).toBe('mine\n');
    for (const [path, message] of [
      [join(directory, 'nowhere', 'log'), 'no such file or directory'],
      [directory, 'a directory'],
    ])
      expect((await check('--log', path)).stderr).toContain(`--log: got ${path} (${message})`);
    // An empty file is as good as none, and a training that goes on adds to its log.
    await writeFile(log, '');
    expect((await check()).stderr).toContain('unexpected error: loaded');
    await writeFile(log, 'mine\n');
    const resumed = join(directory, 'old');
    await writeFile(resumed, '');
    expect((await check('--resume', resumed)).stderr).toContain('unexpected error: loaded');
    expect(await readdir(join(log, '..'))).toEqual(['metrics.jsonl']);
  });
});
