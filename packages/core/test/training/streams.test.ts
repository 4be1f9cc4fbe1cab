import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dense, fit, gaussian, predict, sequential, sparseVariational } from '../../src/index.js';
import type { FitOptions } from '../../src/network/index.js';
import { key, uniform } from '../../src/random/index.js';
import type { Augment, DataStream } from '../../src/training/index.js';
import { bitsOf, float32Backend } from './helpers.js';

const columns = 3;
const outputs = 2;

const model = sequential({
  input: [columns],
  noise: sparseVariational({ logVariance: -3 }),
  layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: outputs })],
  likelihood: gaussian(),
});

/** Random rows with weights. */
function table(rows: number, seed: number) {
  const numbers = uniform(key(seed), rows * (columns + outputs + 1));
  const take = (from: number, count: number) => numbers.slice(rows * from, rows * (from + count));
  return { inputs: take(0, columns), targets: take(columns, outputs), weights: take(columns + outputs, 1) };
}

type Table = ReturnType<typeof table>;

/** The rows of a table in blocks of the given lengths, over and over. Some blocks have arrays of rows. */
function streamOf(data: Table, lengths: readonly number[], calls: number[] = []): DataStream {
  const rows = data.weights.length;
  return {
    rows,
    weightSum: data.weights.reduce((sum, weight) => sum + weight, 0),
    async *batches(epoch) {
      calls.push(epoch);
      for (let first = 0, i = 0; first < rows; i++) {
        const last = Math.min(first + lengths[i % lengths.length], rows);
        const cut = (values: Float32Array, width: number) => values.slice(first * width, last * width);
        const inputs = cut(data.inputs, columns);
        await Promise.resolve();
        yield {
          inputs: i % 2 === 0 ? inputs : nested(inputs, columns),
          targets: i % 3 === 0 ? nested(cut(data.targets, outputs), outputs) : cut(data.targets, outputs),
          weights: cut(data.weights, 1),
        };
        first = last;
      }
    },
  };
}

const nested = (values: Float32Array, width: number) =>
  Array.from({ length: values.length / width }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);

const shapes = fc.record({
  rows: fc.integer({ min: 2, max: 40 }),
  lengths: fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 4 }),
  batch: fc.integer({ min: 1, max: 12 }),
  shuffle: fc.oneof(fc.boolean(), fc.integer({ min: 2, max: 50 })),
  prefetch: fc.integer({ min: 0, max: 5 }),
  seed: fc.nat(1000),
});

const augment: Augment = (row, { random, row: number, epoch }) => {
  row[1] += 0.1 * random.normal() + 0.01 * random.uniform() + 0.001 * number + 0.001 * epoch;
};

/** Trains to the end, or aborts after so many steps. */
async function train(options: Omit<FitOptions, 'backend'>, steps = Number.POSITIVE_INFINITY) {
  const controller = new AbortController();
  let taken = 0;
  return fit(model, {
    backend: float32Backend(),
    signal: controller.signal,
    onStep: () => {
      if (++taken === steps) controller.abort();
    },
    ...options,
  });
}

describe('a stream', () => {
  it('trains bit for bit as the same rows in memory do, whatever its blocks, also when resumed', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), fc.nat(), async (shape, augmented, at) => {
        const { rows, lengths, batch, shuffle, prefetch, seed } = shape;
        const data = table(rows, seed);
        const validation = table(7, seed + 1);
        const options = { epochs: 3, batch, shuffle, seed, ...(augmented && { augment }) };
        const memory = await train({ ...options, data, validation });
        const stream = streamOf(data, lengths);
        const stop = 1 + (at % (3 * Math.ceil(rows / batch)));
        const checked = streamOf(validation, lengths);
        const part = await train({ ...options, data: stream, validation: checked, prefetch }, stop);
        const rest = await train({ ...options, data: stream, validation: checked, prefetch, state: part.state });
        const position = { ...memory.state.position, digest: 'stream' };
        expect(bitsOf(rest.state)).toEqual(bitsOf({ ...memory.state, position } as typeof memory.state));
        const last = memory.history[memory.history.length - 1].validation;
        if (rest.history.length === 0) return;
        const got = rest.history[rest.history.length - 1].validation;
        // Sums of blocks are added in another order.
        expect(got?.nll).toBeCloseTo(last?.nll as number, 10);
        expect(got?.rmse).toBeCloseTo(last?.rmse as number, 10);
      }),
      { numRuns: 25 },
    );
  });

  it('is predicted as the same rows in memory are', async () => {
    const state = (await train({ data: table(20, 3), epochs: 1 })).state;
    await fc.assert(
      fc.asyncProperty(shapes, async ({ rows, lengths, seed }) => {
        const data = table(rows, seed);
        const options = { backend: float32Backend(), parameters: state.parameters, samples: 3, seed };
        const memory = await predict(model, { ...options, inputs: data.inputs });
        expect(await predict(model, { ...options, inputs: streamOf(data, lengths) })).toEqual(memory);
      }),
      { numRuns: 10 },
    );
  });

  it('is read once an epoch, and never beyond what is needed', async () => {
    const calls: number[] = [];
    await train({ data: streamOf(table(11, 1), [3], calls), epochs: 4, batch: 4 });
    expect(calls).toEqual([0, 1, 2, 3]);
  });

  const broken: Readonly<Record<string, { stream: Partial<DataStream>; code: string; says: string }>> = {
    'that ends early': { stream: { rows: 12 }, code: 'VARDROP_STREAM', says: 'the end after 11 rows' },
    'that goes on': { stream: { rows: 10 }, code: 'VARDROP_STREAM', says: 'more than 10 rows' },
    'without the sum of its weights': { stream: { weightSum: undefined }, code: 'VARDROP_STREAM', says: 'weightSum' },
    'with other columns': {
      stream: { batches: () => [{ inputs: [[1, 2, 3]], targets: [[1]] }] },
      code: 'VARDROP_SHAPE',
      says: 'block from row 0',
    },
    'with NaN': {
      stream: {
        batches: () => [
          { inputs: [1, 2, 3], targets: [1, 2] },
          { inputs: [1, Number.NaN, 3], targets: [1, 2] },
        ],
      },
      code: 'VARDROP_NON_FINITE',
      says: 'block from row 1] inputs: got NaN in row 0, column 1',
    },
    'that fails': {
      stream: {
        *batches() {
          yield { inputs: [1, 2, 3], targets: [1, 2] };
          throw new Error('the disk is gone');
        },
      },
      code: 'VARDROP_STREAM',
      says: 'the disk is gone',
    },
  };
  for (const [what, { stream, code, says }] of Object.entries(broken)) {
    it(`${what} is refused, and the last good state is kept`, async () => {
      const data = { ...streamOf(table(11, 1), [2]), ...stream };
      const error = await train({ data, batch: 2, epochs: 1, shuffle: false, prefetch: 1 }).catch((cause) => cause);
      expect(error).toMatchObject({ name: 'TrainingError', code });
      expect(error.message).toContain(says);
      expect(error.state.step).toBeLessThanOrEqual(5);
    });
  }

  it('that is none is refused before training', async () => {
    const refused = { rows: 0, batches: () => [] };
    await expect(train({ data: refused })).rejects.toMatchObject({ code: 'VARDROP_STREAM' });
    const none = { rows: 3, batches: 5 } as unknown as DataStream;
    await expect(train({ data: none })).rejects.toMatchObject({ code: 'VARDROP_STREAM' });
    for (const wrong of [{ shuffle: 0 }, { shuffle: 1.5 }, { prefetch: -1 }])
      await expect(train({ data: table(3, 1), ...wrong })).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
  });
});

describe('a run of rows', () => {
  it('of all rows is shuffled as the default is', async () => {
    const data = table(19, 5);
    const [whole, run] = await Promise.all([train({ data, batch: 4 }), train({ data, batch: 4, shuffle: 19 })]);
    expect(bitsOf(run.state)).toEqual(bitsOf(whole.state));
  });

  it('of 1 keeps the order, as false does', async () => {
    const data = table(19, 5);
    const [one, kept] = await Promise.all([train({ data, shuffle: 1 }), train({ data, shuffle: false })]);
    expect(bitsOf(one.state)).toEqual(bitsOf(kept.state));
  });
});

describe('an augmentation', () => {
  it('gets every row once an epoch with random numbers of its own, and does not change the data', async () => {
    const data = table(9, 2);
    const before = data.inputs.slice();
    const seen = new Map<string, number>();
    const numbers = new Set<number>();
    const count: Augment = (row, context) => {
      const name = `${context.epoch}/${context.row}/${context.input}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      numbers.add(context.random.uniform()).add(context.random.normal());
      return [...row].reverse();
    };
    await train({ data, epochs: 2, batch: 4, augment: count });
    expect(seen.size).toBe(18);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(numbers.size).toBe(36);
    expect(data.inputs).toEqual(before);
  });

  it('that gives other columns or NaN is refused', async () => {
    for (const wrong of [() => [1], () => [1, Number.NaN, 2]])
      await expect(train({ data: table(3, 1), augment: wrong })).rejects.toMatchObject({ code: 'VARDROP_AUGMENT' });
  });
});
