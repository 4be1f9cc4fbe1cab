import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserializeState } from '@vardrop/core';
import { saveCheckpoint } from '@vardrop/core/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { train } from '../src/commands/train.js';
import { createProgress, type Progress } from '../src/progress.js';
import { summaryJson } from '../src/report/summary.js';
import type { TrainingReport } from '../src/report/trainingReport.js';
import type { TrainOptions } from '../src/trainOptions.js';
import { writeImages } from './writeImages.js';

let directory: string;
const quiet = createProgress({ write: () => true }, true);
const never = new AbortController().signal;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-train-'));
  await writeImages(directory, 'train', 230, 1);
  await writeImages(directory, 't10k', 60, 2);
});
afterAll(() => rm(directory, { recursive: true }));

/** The options of a command line, on the small images. */
function optionsOf(line: string): TrainOptions {
  const words = `train --data ${directory} --layers 12 --epochs 6 --batch 50 --learning-rate 0.01 ${line}`;
  const parsed = parseArguments(words.trim().split(/\s+/), '0');
  if (parsed.kind !== 'train') throw new Error(`parsed as ${parsed.kind}`);
  return parsed.options;
}

const run = (line: string, ui: Progress = quiet, signal = never): Promise<TrainingReport> =>
  train(optionsOf(line), ui, signal);

describe('vardrop train', () => {
  for (const noise of [
    '--noise none',
    '--noise bernoulli',
    '--noise gaussian-a',
    '--noise gaussian-b --estimator flipout',
    '--noise variational-a --alpha network --divergence cubic',
    '--noise variational-b --alpha weight --estimator separate',
    '--noise sparse --divergence sigmoid --kl-weight 0.01',
    '--noise mean-field --estimator single --kl-weight 0.1',
    '--noise bernoulli-learned --alpha weight --kl-weight 0.01',
  ]) {
    test(`learns with ${noise}`, async () => {
      const report = await run(noise);
      expect(report.summary.testError).toBeLessThan(0.25);
      expect(report.epochs).toHaveLength(6);
      expect(report.epochs[5].dataTerm).toBeLessThan(report.epochs[0].dataTerm);
      expect(Object.values(report.summary).every((value) => typeof value !== 'number' || Number.isFinite(value))).toBe(
        true,
      );
      expect(report.layers.map((layer) => layer.name)).toEqual(['dense1', 'dense2']);
      expect(report.uncertain?.length).toBeGreaterThanOrEqual(24);
    });
  }

  test('gives the same numbers twice, and others for another seed', async () => {
    const strip = ({ summary }: TrainingReport) => ({ ...summaryJson(summary), seconds: 0 });
    const first = strip(await run(''));
    expect(strip(await run(''))).toEqual(first);
    expect(strip(await run('--seed 2')).nll).not.toBe(first.nll);
    expect(Object.keys(first)).toEqual(['testError', 'nll', 'ece', 'kl', 'seconds', 'backend', 'noise', 'seed']);
  });

  test('agrees with the float64 reference', async () => {
    const [wasm, reference] = [await run('--epochs 1'), await run('--epochs 1 --backend reference')];
    expect(wasm.summary.nll).toBeCloseTo(reference.summary.nll, 4);
    expect(wasm.summary.kl / reference.summary.kl).toBeCloseTo(1, 5);
  });

  test('stops after a step when asked, and goes on from the checkpoint bit for bit', async () => {
    const whole = join(directory, 'whole.safetensors');
    const parts = join(directory, 'parts.safetensors');
    await run(`--checkpoint ${whole}`);
    const controller = new AbortController();
    let steps = 0;
    const counting: Progress = { ...quiet, step: () => ++steps === 7 && controller.abort() };
    const interrupted = await run(`--checkpoint ${parts}`, counting, controller.signal);
    expect(interrupted.interrupted).toBe(true);
    expect(steps).toBe(7);
    expect((await readFile(parts)).equals(await readFile(whole))).toBe(false);
    await run(`--checkpoint ${parts} --resume ${parts}`);
    expect((await readFile(parts)).equals(await readFile(whole))).toBe(true);
  });

  test('saves after each epoch, for a process that does not come to its end', async () => {
    const whole = join(directory, 'all.safetensors');
    const broken = join(directory, 'broken.safetensors');
    await run(`--checkpoint ${whole}`);
    const saved: number[] = [];
    const failing: Progress = {
      ...quiet,
      epoch: ({ epoch }) => {
        if (epoch > 1) saved.push(deserializeState(readFileSync(broken)).state.step);
        if (epoch === 3) throw new Error('the terminal is gone');
      },
    };
    await expect(run(`--checkpoint ${broken}`, failing)).rejects.toThrow('the terminal is gone');
    // Five steps an epoch; an epoch is told of before it is saved.
    expect(saved).toEqual([5, 10]);
    let resumed = 0;
    await run(`--checkpoint ${broken} --resume ${broken}`, { ...quiet, epoch: () => void resumed++ });
    // What the error ended is not lost either.
    expect(resumed).toBe(3);
    expect((await readFile(broken)).equals(await readFile(whole))).toBe(true);
  });

  test('says so when a checkpoint leaves nothing to train, and measures it', async () => {
    const path = join(directory, 'done.safetensors');
    const { summary } = await run(`--checkpoint ${path} --epochs 2`);
    const notes: string[] = [];
    const again = await run(`--resume ${path} --epochs 2`, { ...quiet, note: (line) => notes.push(line) });
    expect(notes).toEqual([expect.stringContaining('has 2 epochs')]);
    expect(again.summary.nll).toBe(summary.nll);
  });

  test('goes on from a checkpoint alone, which knows its options, bit for bit', async () => {
    const [whole, parts] = [join(directory, 'known.safetensors'), join(directory, 'knowing.safetensors')];
    const line =
      '--noise variational-b --alpha layer --divergence cubic --rate 0.1 --kl-weight 0.5 --seed 3 --samples 3';
    const first = await run(`${line} --checkpoint ${whole}`);
    const controller = new AbortController();
    let steps = 0;
    await run(
      `${line} --checkpoint ${parts}`,
      { ...quiet, step: () => ++steps === 8 && controller.abort() },
      controller.signal,
    );
    const parsed = parseArguments(['train', '--resume', parts, '--checkpoint', parts, '--data', directory], '0');
    const second = await train(parsed.kind === 'train' ? parsed.options : optionsOf(''), quiet, never);
    expect((await readFile(parts)).equals(await readFile(whole))).toBe(true);
    expect(second.configuration).toEqual(first.configuration);
    expect(second.summary.nll).toBe(first.summary.nll);
  });

  test('refuses a checkpoint that another program has written', async () => {
    const path = join(directory, 'foreign.safetensors');
    const cases: readonly Record<string, string>[] = [
      {},
      { noise: 'sparse' },
      { noise: 'sparse', layers: '1,x' },
      { noise: 'no', layers: '3' },
    ];
    for (const metadata of cases) {
      await saveCheckpoint(path, { parameters: { w: { shape: [1], data: new Float32Array(1) } } }, metadata);
      await expect(run(`--resume ${path}`)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_FOREIGN' });
    }
  });

  test('is complete when it is asked to stop after its last step', async () => {
    const controller = new AbortController();
    const aborting: Progress = { ...quiet, epoch: ({ epoch }) => epoch === 2 && controller.abort() };
    const report = await run('--epochs 2', aborting, controller.signal);
    expect(report.interrupted).toBeUndefined();
    expect(report.epochs).toHaveLength(2);
    const comparison = new AbortController();
    const first: Progress = { ...quiet, epoch: ({ epoch }) => epoch === 2 && comparison.abort() };
    expect((await run('--epochs 2 --compare', first, comparison.signal)).interrupted).toBe(true);
  });

  test('refuses to resume with other options', async () => {
    const path = join(directory, 'seven.safetensors');
    await run(`--checkpoint ${path} --epochs 1`);
    const other = run(`--resume ${path} --batch 40`);
    await expect(other).rejects.toMatchObject({
      code: 'VARDROP_RESUME',
      message: expect.stringMatching(/^\[vardrop train\] --batch: got 40, needs 50, with which --resume/),
    });
  });

  test('resumes on the same data wherever they lie, and refuses others in their place', async () => {
    const path = join(directory, 'moved.safetensors');
    await run(`--checkpoint ${path} --epochs 1`);
    const moved = await mkdtemp(join(tmpdir(), 'vardrop-train-'));
    try {
      await writeImages(moved, 'train', 230, 1);
      await writeImages(moved, 't10k', 60, 2);
      const resume = (): Promise<TrainingReport> =>
        train({ ...optionsOf(`--resume ${path} --epochs 2`), data: moved }, quiet, never);
      expect((await resume()).epochs.map(({ epoch }) => epoch)).toEqual([2]);
      await writeImages(moved, 'train', 230, 3);
      await expect(resume()).rejects.toMatchObject({
        code: 'VARDROP_RESUME',
        message: expect.stringMatching(/was trained on .* \(digest [0-9a-f]{16}\), needs/),
      });
    } finally {
      await rm(moved, { recursive: true });
    }
  });

  test('compares the noise models of the paper side by side', async () => {
    // A rate is for those that have one.
    const report = await run('--compare --epochs 2 --rate 0.3');
    expect(report.runs?.map(({ noise }) => noise)).toEqual([
      'none',
      'bernoulli',
      'gaussian-a',
      'gaussian-b',
      'variational-a',
      'variational-b',
    ]);
  });

  test('keeps the last good state when the loss turns non-finite, and names step and layer', async () => {
    const path = join(directory, 'good.safetensors');
    const failing = run(`--learning-rate 1e30 --checkpoint ${path}`);
    await expect(failing).rejects.toMatchObject({
      code: 'VARDROP_NON_FINITE_LOSS',
      message: expect.stringMatching(/in step \d+, first in .*dense/),
    });
    expect((await readFile(path)).length).toBeGreaterThan(0);
  });

  test('refuses what makes no sense before it trains', async () => {
    const started: Progress = {
      ...quiet,
      start() {
        throw new Error('training started');
      },
    };
    for (const [line, code] of [
      ['--noise sparse --divergence cubic', 'VARDROP_COMBINATION'],
      ['--noise variational-a --alpha weight', 'VARDROP_ALPHA'],
      ['--noise bernoulli --alpha layer', 'VARDROP_ALPHA'],
      ['--noise variational-b --rate 0.7', 'VARDROP_RATE'],
      ['--noise none --rate 0.3', 'VARDROP_RATE'],
      ['--noise sparse --rate 0.3', 'VARDROP_RATE'],
      ['--data /nowhere/at/all', 'VARDROP_IDX_NO_DIRECTORY'],
    ]) {
      await expect(run(line, started), line).rejects.toMatchObject({ code });
    }
  });
});
