import { adam, initialState } from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { chunkRows } from '../src/chunkRows.js';
import { type ImageData, speedExperiment } from '../src/index.js';
import { drawMinibatch } from '../src/minibatch.js';
import { network } from '../src/paperNetwork.js';
import { createChunkedTrainer } from '../src/speed/chunkedTrainer.js';
import { memoryContext, runAll } from './memoryContext.js';

const inputs = random.uniform(random.key(5), 20 * 6);
const part = { inputs, targets: Array.from({ length: 20 }, (_, row) => row % 3) };
const data: ImageData = { name: 'points', inputs: 6, classes: 3, train: part, test: part };

describe('training in chunks of rows', () => {
  it('takes the steps of training in one piece, up to rounding', async () => {
    const backend = createReferenceBackend();
    const model = network('separate', { inputs: 6, units: [5, 4], classes: 3 });
    const options = { backend, optimizer: adam({ learningRate: 0.01 }) };
    const whole = createTrainer(model, { ...options, state: initialState(model, options.optimizer, 7) });
    const chunked = await createChunkedTrainer(model, { ...options, seed: 7, chunk: 4 });
    const scales = { learningRateFactor: 1, klScale: 1 / 20 };
    for (let step = 0; step < 3; step++) {
      const { x, y } = drawMinibatch(data, random.foldIn(random.key(8), step), 12);
      const minibatch = { rows: 12, inputs: { x }, targets: { output: y } };
      const expected = await whole.run(minibatch, scales);
      let loss = 0;
      for (let row = 0; row < 12; row += 4) loss += await chunked.accumulate(minibatch, row, scales);
      expect(loss).toBeCloseTo(expected.loss, 5);
      await chunked.update(scales);
    }
    const { parameters } = await whole.state();
    const start = initialState(model, options.optimizer, 7).parameters;
    for (const [name, { data: expected }] of Object.entries(parameters)) {
      const values = await backend.read(chunked.parameters[name]);
      // Adam divides by the root of squared gradients, so that rounding shows most where a gradient is close to 0.
      for (const [i, value] of values.entries()) {
        expect(Math.abs(value - expected[i])).toBeLessThan(1e-5);
      }
      expect(values.some((value, i) => Math.abs(value - start[name].data[i]) > 1e-3)).toBe(true);
    }
    whole.dispose();
    chunked.dispose();
    expect(backend.liveTensors()).toBe(0);
  });

  it('has chunks that divide the minibatch and fit', () => {
    expect(chunkRows(1000, [784, 500, 500, 500, 10])).toBe(10);
    expect(chunkRows(1000, [784, 64, 64, 64, 10])).toBe(50);
    expect(chunkRows(7, [784, 500, 10])).toBe(7);
    expect(chunkRows(10, [784, 500, 10], 784 * 500 * 3)).toBe(2);
    expect(chunkRows(10, [5000, 5000])).toBe(1);
  });
});

describe('speed', () => {
  const experiment = speedExperiment({
    data,
    seed: 1,
    cases: [
      { width: 8, batch: 6 },
      { width: 4, batch: 6 },
      { width: 8, batch: 2 },
    ],
    rounds: 3,
    share: 0.5,
    epoch: 60,
  });

  it('times every case, and leaves nothing on the backend', async () => {
    const backend = createReferenceBackend();
    const results = await runAll(experiment, memoryContext(backend));
    expect(backend.liveTensors()).toBe(0);
    expect([...results.keys()]).toEqual(['width-8-batch-6', 'width-4-batch-6', 'width-8-batch-2']);
    for (const result of results.values()) {
      const times = result as unknown as Record<'local' | 'separate' | 'update', readonly number[]>;
      for (const name of ['local', 'separate', 'update'] as const) {
        expect(times[name]).toHaveLength(3);
        for (const seconds of times[name]) expect(seconds).toBeGreaterThan(0);
      }
    }
    const { tables, charts } = experiment.conclude(results);
    expect(tables[0].rows.map((row) => row[0])).toEqual([
      '6-4-4-4-3',
      '6-8-8-8-3',
      '6-8-8-8-3',
      'published: 784-500-500-500-10',
    ]);
    expect(charts.map(({ series }) => series[0].points.map(({ x }) => x))).toEqual([
      [4, 8],
      [2, 6],
    ]);
  });

  it('extrapolates from the rows that were measured to an epoch', () => {
    const times = { local: [1, 2, 3], separate: [4, 8, 6], update: [1, 1, 1], rows: 3 };
    const { data: found, sentences } = experiment.conclude(new Map([['width-8-batch-6', times]]));
    const [only] = (found as unknown as { cases: readonly Record<string, unknown>[] }).cases;
    // 10 steps an epoch; twice the seconds for 3 of 6 rows, and the update: 9, 17 and 13 seconds a step.
    expect(only).toMatchObject({
      local: { median: 20 },
      separate: { lower: 110, median: 130, upper: 150 },
      ratio: { median: 8.5 },
    });
    expect(sentences[0]).toContain('20.0 s with local reparametrization and 130 s');
  });
});
