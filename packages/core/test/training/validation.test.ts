import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dense, type Model, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { fit } from '../../src/network/index.js';
import { bernoulli, gaussianDropout, type NoiseModel, sparseVariational } from '../../src/noise/index.js';
import { adam } from '../../src/optimizers/index.js';
import { key, normal } from '../../src/random/index.js';
import { type Dataset, initialState, type TrainingState } from '../../src/training/index.js';
import { forward } from '../layers/forward.js';
import { withLikelihood } from '../withLikelihood.js';
import { float32Backend } from './helpers.js';

/** Noise that moves every prediction far: metrics under it are others. */
const noises: readonly (() => NoiseModel)[] = [
  () => sparseVariational({ logVariance: 1 }),
  () => bernoulli({ rate: 0.5 }),
  () => gaussianDropout({ type: 'B', rate: 0.6 }),
];

const fixtures = fc.record({
  noise: fc.constantFrom(...noises),
  inputs: fc.integer({ min: 1, max: 4 }),
  outputs: fc.integer({ min: 2, max: 4 }),
  rows: fc.integer({ min: 2, max: 12 }),
  seed: fc.nat({ max: 999 }),
});

type Fixture = { readonly inputs: number; readonly outputs: number; readonly rows: number; readonly seed: number };

const networkOf = ({ inputs, outputs, noise }: Fixture & { readonly noise: () => NoiseModel }) =>
  sequential({
    input: [inputs],
    noise: noise(),
    layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: outputs })],
  });

const draw = (seed: number, count: number) => normal(key(seed), count);

/** Outputs of the weights' means in float64, row by row. */
function meansOf(model: Model, state: TrainingState, { inputs }: Dataset, rows: number): number[][] {
  const values = Object.fromEntries(model.parameters.map(({ name }) => [name, state.parameters[name].data]));
  const outputs = forward(model, inputs, values, { mode: 'mean', rows });
  const width = outputs.length / rows;
  return Array.from({ length: rows }, (_, row) => outputs.slice(row * width, (row + 1) * width));
}

/** Float32 arithmetic of a few layers, and a logarithm of a probability that is not tiny. */
function expectClose(actual: number | undefined, expected: number): void {
  expect(Math.abs(Number(actual) - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
}

describe('the validation of an epoch is that of the weights’ means, by formulas written out', () => {
  it('for classes: NLL and share of wrong labels', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, async (fixture) => {
        const { inputs, outputs, rows, seed } = fixture;
        const model = networkOf(fixture);
        const labelled = (offset: number): Dataset => ({
          inputs: draw(seed + offset, rows * inputs),
          targets: Array.from(draw(seed + offset + 1, rows), (x) => Math.abs(Math.floor(7 * x)) % outputs),
        });
        const validation = labelled(2);
        const { state, history } = await fit(model, {
          backend: float32Backend(),
          data: labelled(0),
          validation,
          optimizer: adam({ learningRate: 0.05 }),
          batch: 4,
          epochs: 1,
          seed,
        });
        const logits = meansOf(model, state, validation, rows);
        const nll = logits.map((row, i) => {
          const sum = row.reduce((total, z) => total + Math.exp(z), 0);
          return Math.log(sum) - row[validation.targets[i]];
        });
        const wrong = logits.filter((row, i) => row.indexOf(Math.max(...row)) !== validation.targets[i]).length;
        expectClose(history[0].validation?.nll, nll.reduce((a, b) => a + b, 0) / rows);
        expectClose(history[0].validation?.error, wrong / rows);
        expect(history[0].validation).not.toHaveProperty('rmse');
      }),
      { numRuns: 12 },
    );
  });

  it('for values: NLL under a variance for each output, and RMSE', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, async (fixture) => {
        const { inputs, outputs, rows, seed } = fixture;
        const model = withLikelihood(networkOf(fixture), gaussian());
        const valued = (offset: number): Dataset => ({
          inputs: draw(seed + offset, rows * inputs),
          targets: draw(seed + offset + 1, rows * outputs).map((x, i) => x * (1 + (i % outputs))),
        });
        const validation = valued(2);
        const optimizer = adam({ learningRate: 0.05 });
        const start = initialState(model, optimizer, seed);
        const variances = { shape: [outputs], data: draw(seed + 4, outputs) };
        const { state, history } = await fit(model, {
          backend: float32Backend(),
          data: valued(0),
          validation,
          optimizer,
          state: { ...start, parameters: { ...start.parameters, 'likelihood/logVariance': variances } },
          batch: 4,
          epochs: 1,
        });
        const logVariance = state.parameters['likelihood/logVariance'].data;
        expect(new Set(logVariance).size).toBe(outputs);
        const means = meansOf(model, state, validation, rows);
        const squares = means.map((row, i) => row.map((mean, k) => (validation.targets[i * outputs + k] - mean) ** 2));
        const terms = squares.flatMap((row) =>
          row.map((square, k) => 0.5 * (square / Math.exp(logVariance[k]) + logVariance[k] + Math.log(2 * Math.PI))),
        );
        const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        expectClose(history[0].validation?.nll, total(terms) / rows);
        expectClose(history[0].validation?.rmse, Math.sqrt(total(squares.flat()) / (rows * outputs)));
        expect(history[0].validation).not.toHaveProperty('error');
      }),
      { numRuns: 12 },
    );
  });
});
