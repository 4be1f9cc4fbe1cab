import { describe, expect, it } from 'vitest';
import { momentsProgram } from '../../src/extend.js';
import {
  bernoulli,
  type ClassificationPrediction,
  dense,
  evaluate as evaluateModel,
  flatten,
  gaussian,
  input,
  maxPooling1d,
  model,
  noNoise,
  type PredictOptions,
  predict,
  type RegressionPrediction,
  sequential,
  sparseVariational,
} from '../../src/index.js';
import { standardPoints } from '../../src/prediction/standardPoints.js';
import { bindBatch } from '../../src/program/index.js';
import { evaluate } from '../../src/reference/index.js';
import { averageOf } from '../layers/moments/samples.js';
import { patterned, patternedInputs, reference, watched } from './helpers.js';

const rows = 5;
const classifier = sequential({
  input: [3],
  noise: sparseVariational(),
  layers: [dense({ units: 6, activation: 'relu' }), dense({ units: 4 })],
});
const regression = sequential({
  input: [3],
  noise: sparseVariational(),
  layers: [dense({ units: 6, activation: 'relu' }), dense({ units: 2 })],
  likelihood: gaussian(),
});

/** Mean and variance of the outputs, from the program itself. */
function momentsOf(network: typeof classifier | typeof regression, inputs: Float32Array) {
  const parameters = patterned(network);
  const values = Object.fromEntries(network.parameters.map(({ name }) => [name, parameters[name].data]));
  return evaluate(bindBatch(momentsProgram(network), inputs.length / 3), { inputs: { ...values, x: inputs } });
}

describe("predict with mode 'moments'", () => {
  it('gives numbers the mean and the variance of the outputs, for any number of points', async () => {
    const inputs = patternedInputs(rows, 3);
    const { mean, variance } = momentsOf(regression, inputs);
    const options = { backend: reference(), parameters: patterned(regression), inputs, mode: 'moments' } as const;
    for (const samples of [2, 5, 32, 100]) {
      const found: RegressionPrediction = await predict(regression, { ...options, samples });
      expect(found.samples).toBe(samples);
      for (let i = 0; i < 2 * rows; i++) {
        expect(Math.abs(found.mean[i] - mean[i])).toBeLessThan(3e-6 * (1 + Math.abs(mean[i])));
        expect(Math.abs(found.epistemicVariance[i] - variance[i])).toBeLessThan(3e-6 * variance[i]);
      }
    }
  });

  it('gives classes the average over points of the outputs, whatever the batch and the seed', async () => {
    const inputs = patternedInputs(rows, 3);
    const { mean, variance } = momentsOf(classifier, inputs);
    const samples = 7;
    const points = standardPoints(samples, 4);
    const options = { parameters: patterned(classifier), inputs, mode: 'moments', samples } as const;
    const { backend, counts } = watched();
    const found: ClassificationPrediction = await predict(classifier, { ...options, backend });
    expect(counts.runs).toBe(1);
    for (let row = 0; row < rows; row++) {
      const each = points.map((point) => {
        const exponentials = [0, 1, 2, 3].map((k) =>
          Math.exp(mean[4 * row + k] + Math.sqrt(variance[4 * row + k]) * point[k]),
        );
        const sum = exponentials.reduce((total, value) => total + value, 0);
        return exponentials.map((value) => value / sum);
      });
      for (const k of [0, 1, 2, 3]) {
        const wanted = averageOf(each.map((p) => p[k]));
        expect(Math.abs(found.probabilities[4 * row + k] - wanted)).toBeLessThan(3e-6);
      }
      expect(found.mutualInformation[row]).toBeGreaterThan(0);
    }
    for (const other of [{ batch: 2 }, { seed: 9 }, { noisePerRun: 1 }]) {
      const again: ClassificationPrediction = await predict(classifier, { ...options, ...other, backend: reference() });
      again.probabilities.forEach((p, i) => {
        expect(Math.abs(p - found.probabilities[i])).toBeLessThan(1e-6);
      });
    }
  });

  it('has the outputs of a model by name, of which one may be certain', async () => {
    const x = input({ shape: [3] });
    const hidden = dense({ units: 4, activation: 'relu', noise: noNoise() })(x);
    const outputs = { size: dense({ units: 1, noise: sparseVariational() })(hidden), age: dense({ units: 2 })(hidden) };
    const network = model({ inputs: x, outputs, likelihood: { size: gaussian(), age: gaussian() } });
    const found = await predict(network, {
      ...{ backend: reference(), parameters: patterned(network), mode: 'moments' },
      inputs: patternedInputs(rows, 3),
    });
    expect(Math.min(...found.size.epistemicVariance)).toBeGreaterThan(1e-6);
    expect(Math.max(...found.age.epistemicVariance)).toBeLessThan(1e-12);
  });

  it('needs no points without noise, and evaluates as it predicts', async () => {
    const plain = sequential({ input: [3], layers: [dense({ units: 2 })] });
    const inputs = patternedInputs(rows, 3);
    const options = { backend: reference(), parameters: patterned(plain), inputs, mode: 'moments' } as const;
    expect((await predict(plain, options)).samples).toBe(0);
    const data = { inputs, targets: Int32Array.from([0, 1, 2, 3, 0]) };
    const { backend } = options;
    const common = { backend, parameters: patterned(classifier), mode: 'moments' } as const;
    const evaluation = await evaluateModel(classifier, { ...common, data });
    const prediction = await predict(classifier, { ...common, inputs });
    const nll = averageOf([...data.targets].map((k, row) => -Math.log(prediction.probabilities[4 * row + k])));
    expect(evaluation.samples).toBe(32);
    expect(Math.abs(evaluation.nll - nll)).toBeLessThan(1e-6);
  });

  it('refuses what it cannot do before anything is compiled', async () => {
    const { backend, counts } = watched();
    const inputs = patternedInputs(rows, 3);
    const code = async (network: typeof classifier, options: Partial<PredictOptions>) =>
      predict(network, { backend, parameters: patterned(network), inputs, mode: 'moments', ...options }).then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
    expect(await code(classifier, { samples: 0 })).toBe('VARDROP_OPTION');
    expect(await code(classifier, { mode: 'mean', moments: {} })).toBe('VARDROP_OPTION');
    expect(await code(classifier, { moments: { approximate: 1 as unknown as boolean } })).toBe('VARDROP_OPTION');
    expect(await code(classifier, { moments: { aproximate: true } as object })).toBe('VARDROP_OPTION');
    expect(await code(classifier, { moments: null as unknown as object })).toBe('VARDROP_OPTION');
    const pooled = sequential({
      input: [3, 1],
      noise: bernoulli(),
      layers: [dense({ units: 2 }), maxPooling1d({ size: 3 }), flatten(), dense({ units: 2 })],
    });
    expect(await code(pooled, {})).toBe('VARDROP_MOMENTS');
    expect(counts.compiled).toBe(0);
    expect(await code(pooled, { moments: { approximate: true } })).toBeUndefined();
  });
});

describe('standardPoints', () => {
  it.each([2, 3, 32, 101])(
    '%i points have mean 0 and unbiased variance 1 in each column, in orders of their own',
    (count) => {
      const columns = 1100;
      const points = standardPoints(count, columns);
      const orders = new Set<string>();
      for (let column = 0; column < columns; column++) {
        const values = points.map((point) => point[column]);
        expect(Math.abs(averageOf(values))).toBeLessThan(1e-6);
        const squares = values.reduce((sum, value) => sum + value * value, 0);
        expect(Math.abs(squares / (count - 1) - 1)).toBeLessThan(1e-5);
        orders.add(values.join());
      }
      if (count > 30) expect(orders.size).toBe(1021);
    },
  );
});
