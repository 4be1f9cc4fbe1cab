import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsProgram } from '../../src/extend.js';
import {
  add,
  bernoulli,
  bernoulliLearned,
  combinations,
  conv2d,
  dense,
  globalMaxPooling1d,
  groupNorm,
  gru,
  input,
  type Layer,
  layerNorm,
  localReparametrization,
  type Model,
  maxPooling1d,
  model,
  type NoiseModel,
  noNoise,
  rmsNorm,
  separateSamples,
  sequential,
  sparseVariational,
} from '../../src/index.js';
import { bindBatch, elementCount } from '../../src/program/index.js';
import * as random from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';
import { forward } from '../layers/forward.js';
import { averageOf, sampleThreshold } from '../layers/moments/samples.js';

const rows = 10_000;

/** Every noise model at every granularity, once. */
const noises = [
  ...new Map(
    combinations().flatMap(({ noise }) =>
      noise.acts === 'nowhere' ? [] : [[`${noise.name} ${noise.alpha ?? ''}`, noise] as const],
    ),
  ),
];
const relaxed = [0.02, 0.4, 1.7].flatMap((temperature) =>
  (['layer', 'input', 'weight'] as const).map((rates): [string, NoiseModel] => [
    `bernoulli-learned ${rates}, temperature ${temperature}`,
    bernoulliLearned({ rates, temperature }),
  ]),
);

/** Mean and covariance of units. */
interface Joint {
  readonly mean: readonly number[];
  readonly covariance: Matrix;
}
type Matrix = readonly (readonly number[])[];

const zeros = (rows: number, columns: number) => Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
const matrix = (data: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: data.length / columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => data[i * columns + j]),
  );
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((line) => line[j]));
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((line) => b[0].map((_, j) => line.reduce((sum, value, k) => sum + value * b[k][j], 0)));
const add2 = (a: Matrix, b: Matrix): Matrix => a.map((line, i) => line.map((value, j) => value + b[i][j]));

/** Units after a dense layer with independent noise on its weights; only what the noise adds with `noiseOnly`. */
function through(
  { mean, covariance }: Joint,
  values: Readonly<Record<string, ArrayLike<number>>>,
  layer: string,
  units: number,
  noiseOnly = false,
): Joint {
  const weights = matrix(values[`${layer}/weights`], units);
  const logVariances =
    values[`${layer}/logVariance`] ?? new Array(weights.length * units).fill(Number.NEGATIVE_INFINITY);
  const variances = matrix(Array.from(logVariances, Math.exp), units);
  const bias = values[`${layer}/bias`];
  const own = zeros(units, units);
  for (let j = 0; j < units; j++)
    own[j][j] = mean.reduce((sum, m, i) => sum + variances[i][j] * (m * m + covariance[i][i]), 0);
  const passed = product(product(transposed(weights), covariance), weights);
  return {
    mean: product([mean], weights)[0].map((value, j) => value + bias[j]),
    covariance: noiseOnly ? own : add2(passed, own),
  };
}

describe('momentsProgram', () => {
  it.each([...noises, ...relaxed])('gives mean and variance of what is sampled: %s', (_, noise) => {
    const sizes = fc.record({
      inputs: fc.integer({ min: 1, max: 4 }),
      outputs: fc.integer({ min: 1, max: 3 }),
      estimator: fc.constantFrom(localReparametrization(), separateSamples()),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(sizes, ({ inputs, outputs, estimator, seed }) => {
        const model = sequential({
          input: [2],
          layers: [
            dense({ units: inputs, activation: 'tanh', noise: noNoise() }),
            dense({ units: outputs, noise, estimator }),
          ],
        });
        const parameters = Object.fromEntries(
          model.parameters.map(({ name, shape }, i) => [
            name,
            random.normal(random.foldIn(random.key(seed), i), elementCount(shape)),
          ]),
        );
        const x = random.normal(random.key(seed + 1), 2);
        const moments = evaluate(bindBatch(momentsProgram(model), 1), { inputs: { ...parameters, x } });
        // The same datapoint in every row: how often its outputs are what is a sample of their distribution.
        const all = Float32Array.from({ length: 2 * rows }, (_, i) => x[i % 2]);
        const sampled = forward(model, all, parameters, { mode: 'sample', rows, seed });
        for (let unit = 0; unit < outputs; unit++) {
          const values = Array.from({ length: rows }, (_, row) => sampled[row * outputs + unit]);
          const mean = moments.mean[unit];
          const squares = values.map((value) => (value - mean) ** 2);
          const average = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / rows;
          const variance = moments.variance[unit];
          expect(variance).toBeGreaterThan(0);
          expect(Math.abs(average(values) - mean)).toBeLessThan(sampleThreshold(values));
          // Rounding, where a mask with p = ½ has no other spread of its squares.
          expect(Math.abs(average(squares) - variance)).toBeLessThan(sampleThreshold(squares) + 1e-11 * variance);
        }
      }),
      { numRuns: 3, seed: 1 },
    );
  });

  it('has no variance without noise', () => {
    const model = sequential({ input: [6], layers: [dense({ units: 3, noise: noNoise() })] });
    const { mean, variance } = evaluate(bindBatch(momentsProgram(model), 2), {
      inputs: {
        'dense1/weights': new Float32Array(18).fill(2),
        'dense1/bias': [1, 2, 3],
        x: new Float32Array(12).fill(1),
      },
    });
    expect([...variance]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...mean]).toEqual([13, 14, 15, 13, 14, 15]);
  });

  it('is exact for layers without functions between them, also where values meet again', () => {
    const sizes = fc.record({ seed: fc.nat(1e6), rows: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(sizes, ({ seed, rows }) => {
        const x = input({ shape: [3] });
        const noise = sparseVariational();
        const hidden = dense({ units: 4, noise })(x);
        const sum = add()(hidden, dense({ units: 4, noise })(hidden));
        const network = model({ inputs: x, outputs: dense({ units: 2, noise: noNoise() })(sum) });
        const values = Object.fromEntries(
          network.parameters.map(({ name, shape }, i) => {
            const numbers = random.normal(random.foldIn(random.key(seed), i), elementCount(shape));
            return [name, numbers.map((z) => (name.endsWith('logVariance') ? z - 2 : z))];
          }),
        );
        const inputs = random.normal(random.key(seed + 1), 3 * rows);
        const found = evaluate(bindBatch(momentsProgram(network), rows), { inputs: { ...values, x: inputs } });
        for (let row = 0; row < rows; row++) {
          const start = { mean: [...inputs.subarray(3 * row, 3 * row + 3)], covariance: zeros(3, 3) };
          const first = through(start, values, 'dense1', 4);
          const branch = through(first, values, 'dense2', 4);
          // y = (I + W)ᵀ h + noise: the noise of the branch, and the covariance of both.
          const identity = zeros(4, 4).map((line, i) => line.map((_, j) => (i === j ? 1 : 0)));
          const both = add2(identity, matrix(values['dense2/weights'], 4));
          const own = through({ mean: first.mean, covariance: first.covariance }, values, 'dense2', 4, true);
          const joined = {
            mean: first.mean.map((m, i) => m + branch.mean[i]),
            covariance: add2(product(product(transposed(both), first.covariance), both), own.covariance),
          };
          const last = through(joined, values, 'dense3', 2);
          last.mean.forEach((mean, unit) => {
            expect(Math.abs(found.mean[2 * row + unit] - mean)).toBeLessThan(1e-9 * (1 + Math.abs(mean)));
            const variance = last.covariance[unit][unit];
            expect(Math.abs(found.variance[2 * row + unit] - variance)).toBeLessThan(1e-9 * variance);
          });
        }
      }),
      { numRuns: 5, seed: 3 },
    );
  });

  it('is exact for one hidden layer with a rectifier and noise on weights, and without the covariance of one path', () => {
    const noise = sparseVariational();
    const network = sequential({
      input: [3],
      noise,
      layers: [dense({ units: 5, activation: 'relu' }), dense({ units: 2 })],
    });
    const values = Object.fromEntries(
      network.parameters.map(({ name, shape }, i) => {
        const numbers = random.normal(random.foldIn(random.key(7), i), elementCount(shape));
        return [name, numbers.map((z) => (name.endsWith('logVariance') ? 0.5 * z - 1 : z))];
      }),
    );
    const x = [0.7, -1.2, 0.4];
    const all = Float32Array.from({ length: 3 * rows }, (_, i) => x[i % 3]);
    const sampled = forward(network, all, values, { mode: 'sample', rows });
    for (const covariance of [true, false]) {
      const found = evaluate(bindBatch(momentsProgram(network, { covariance }), 1), { inputs: { ...values, x } });
      for (const unit of [0, 1]) {
        const column = Array.from({ length: rows }, (_, row) => sampled[2 * row + unit]);
        const squares = column.map((value) => (value - found.mean[unit]) ** 2);
        expect(Math.abs(averageOf(column) - found.mean[unit])).toBeLessThan(sampleThreshold(column));
        expect(Math.abs(averageOf(squares) - found.variance[unit])).toBeLessThan(sampleThreshold(squares));
      }
    }
  });

  it('counts the covariance by default for few outputs only', () => {
    const noise = sparseVariational();
    const layers = (units: number) => [dense({ units: 4, activation: 'relu' }), dense({ units: 5 }), dense({ units })];
    const size = (units: number, covariance?: boolean) =>
      momentsProgram(sequential({ input: [3], noise, layers: layers(units) }), { covariance }).nodes.length;
    expect(size(32)).toBe(size(32, true));
    expect(size(33)).toBe(size(33, false));
    expect(size(33, true)).toBeGreaterThan(size(33));
  });

  it('refuses what it has no closed form for', () => {
    const code = (model: Model) => {
      try {
        momentsProgram(model);
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return undefined;
    };
    const convolution = conv2d({ filters: 2, size: 3, noise: bernoulli() });
    expect(code(sequential({ input: [8, 8, 1], layers: [convolution] }))).toBe('VARDROP_MOMENTS');
    const before = dense({ units: 4, noise: sparseVariational() });
    const sequence = (layer: Layer) =>
      sequential({ input: [3, 2], layers: [dense({ units: 4, noise: sparseVariational() }), layer] });
    for (const layer of [maxPooling1d(), layerNorm(), rmsNorm(), groupNorm({ groups: 2 }), globalMaxPooling1d()]) {
      expect(code(sequence(layer)), layer.kind).toBe('VARDROP_MOMENTS');
      expect(momentsProgram(sequence(layer), { approximate: true }).outputs, layer.kind).toHaveProperty('variance');
    }
    expect(code(sequence(gru({ units: 3, noise: noNoise() })))).toBe('VARDROP_MOMENTS');
    expect(code(sequential({ input: [3, 2], layers: [gru({ units: 3, noise: noNoise() }), before] }))).toBeUndefined();
    const own: NoiseModel = { ...bernoulli(), moments: undefined } as NoiseModel;
    expect(code(sequential({ input: [4], layers: [dense({ units: 2, noise: own })] }))).toBe('VARDROP_MOMENTS');
  });
});
