import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activation, dense, type Model, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { type FitOptions, fit } from '../../src/network/index.js';
import { sgd } from '../../src/optimizers/index.js';
import { key, normal, permutation } from '../../src/random/index.js';
import { type Dataset, initialState, type StepEvent } from '../../src/training/index.js';
import { forward } from '../layers/forward.js';
import { float32Backend } from './helpers.js';

/** The steps of a training in which nothing is learned. */
async function stepsOf(
  model: Model,
  data: Dataset,
  options: Pick<FitOptions, 'batch' | 'epochs' | 'seed' | 'state'>,
): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  await fit(model, {
    backend: float32Backend(),
    data,
    optimizer: sgd(),
    learningRateFactor: () => 0,
    onStep: (event) => events.push(event),
    ...options,
  });
  return events;
}

describe('minibatches', () => {
  it('pair each row of inputs with its own targets, in the order of the outputs', async () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 11 }),
      batch: fc.integer({ min: 1, max: 6 }),
      shape: fc.constantFrom([3], [2], [2, 3], [3, 2, 2]),
      seed: fc.nat({ max: 999 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, batch, shape, seed }) => {
        // A model without weights: outputs are the inputs.
        const model = sequential({ input: shape, layers: [activation('linear')], likelihood: gaussian() });
        const width = shape.reduce((a, b) => a * b, 1);
        const inputs = normal(key(seed), rows * width);
        const targets = normal(key(seed + 1), rows * width);
        const events = await stepsOf(model, { inputs, targets }, { batch, epochs: 1, seed });
        const own = Array.from({ length: rows }, (_, row) => {
          let sum = 0;
          for (let i = row * width; i < (row + 1) * width; i++) sum += (targets[i] - inputs[i]) ** 2;
          return 0.5 * (sum + width * Math.log(2 * Math.PI));
        });
        // Means over minibatches, weighted by their sizes, are the mean over the rows, whatever their order.
        const size = (i: number) => Math.min(batch, rows - i * batch);
        const seen = events.reduce((sum, { dataTerm }, i) => sum + dataTerm * size(i), 0);
        const expected = own.reduce((a, b) => a + b, 0);
        expect(Math.abs(seen - expected)).toBeLessThan(1e-5 * expected);
      }),
      { numRuns: 25 },
    );
  });

  it('come in an order that no other epoch has, and no other seed', async () => {
    const model = sequential({ input: [2], layers: [dense({ units: 2 })] });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 12, max: 20 }), fc.nat({ max: 999 }), async (rows, seed) => {
        // With minibatches of one row the data term tells which row it was.
        const inputs = normal(key(seed), 2 * rows);
        const data = { inputs, targets: Array.from(permutation(key(seed), rows), (i) => i % 2) };
        const start = initialState(model, sgd(), seed);
        const values = Object.fromEntries(
          Object.entries(start.parameters).map(([name, tensor]) => [name, tensor.data]),
        );
        const terms = Array.from({ length: rows }, (_, row) => {
          const [a, b] = forward(model, inputs.subarray(2 * row, 2 * row + 2), values);
          return Math.log1p(Math.exp(data.targets[row] === 0 ? b - a : a - b));
        });
        const orders: string[] = [];
        for (const state of [start, { ...start, seed: seed + 1 }]) {
          const events = await stepsOf(model, data, { batch: 1, epochs: 4, state });
          for (let epoch = 0; epoch < 4; epoch++) {
            const own = events.filter((event) => event.epoch === epoch);
            const order = own.map(({ dataTerm }) => nearest(terms, dataTerm));
            expect([...order].sort((a, b) => a - b)).toEqual(terms.map((_, i) => i));
            orders.push(order.join());
          }
        }
        // Two of eight orders of 12 rows agree by chance once in 10⁷ draws.
        expect(new Set(orders).size).toBe(8);
      }),
      { numRuns: 5 },
    );
  });
});

/** The index of the value that is closest. */
function nearest(values: readonly number[], value: number): number {
  return values.reduce((best, x, i) => (Math.abs(x - value) < Math.abs(values[best] - value) ? i : best), 0);
}
