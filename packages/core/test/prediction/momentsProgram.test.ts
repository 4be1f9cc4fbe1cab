import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsProgram } from '../../src/extend.js';
import {
  bernoulli,
  bernoulliLearned,
  combinations,
  conv2d,
  dense,
  flatten,
  gaussianDropout,
  localReparametrization,
  type Model,
  type NoiseModel,
  noNoise,
  separateSamples,
  sequential,
} from '../../src/index.js';
import { bindBatch, elementCount } from '../../src/program/index.js';
import * as random from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';
import { forward } from '../layers/forward.js';

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

/**
 * How far a mean of independent numbers may be from its expectation once in 1e9: the normal quantile, moved for the
 * skewness that the mean still has (Cornish & Fisher), of deviations.
 */
function threshold(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  const deviation = Math.sqrt(central(2) / n);
  const skewness = Math.abs(central(3)) / central(2) ** 1.5 / Math.sqrt(n);
  return (6.1094 + ((6.1094 ** 2 - 1) / 6) * skewness) * deviation;
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
        // Noise before the last layer is left out of the moments.
        const model = (hidden: NoiseModel) =>
          sequential({
            input: [2],
            layers: [
              dense({ units: inputs, activation: 'tanh', noise: hidden }),
              dense({ units: outputs, noise, estimator }),
            ],
          });
        const parameters = Object.fromEntries(
          model(noNoise()).parameters.map(({ name, shape }, i) => [
            name,
            random.normal(random.foldIn(random.key(seed), i), elementCount(shape)),
          ]),
        );
        const x = random.normal(random.key(seed + 1), 2);
        const noisy = model(gaussianDropout({ type: 'A', rate: 0.3 }));
        const moments = evaluate(bindBatch(momentsProgram(noisy), 1), { inputs: { ...parameters, x } });
        // The same datapoint in every row: how often its outputs are what is a sample of their distribution.
        const all = Float32Array.from({ length: 2 * rows }, (_, i) => x[i % 2]);
        const sampled = forward(model(noNoise()), all, parameters, { mode: 'sample', rows, seed });
        for (let unit = 0; unit < outputs; unit++) {
          const values = Array.from({ length: rows }, (_, row) => sampled[row * outputs + unit]);
          const mean = moments.mean[unit];
          const squares = values.map((value) => (value - mean) ** 2);
          const average = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / rows;
          const variance = moments.variance[unit];
          expect(variance).toBeGreaterThan(0);
          expect(Math.abs(average(values) - mean)).toBeLessThan(threshold(values));
          // Rounding, where a mask with p = ½ has no other spread of its squares.
          expect(Math.abs(average(squares) - variance)).toBeLessThan(threshold(squares) + 1e-11 * variance);
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

  it('refuses what it has no closed form for', () => {
    const code = (model: Model) => {
      try {
        momentsProgram(model);
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return 'nothing thrown';
    };
    const convolution = conv2d({ filters: 2, size: 3, noise: bernoulli() });
    expect(code(sequential({ input: [8, 8, 1], layers: [convolution] }))).toBe('VARDROP_MOMENTS');
    expect(code(sequential({ input: [2, 2, 1], layers: [flatten()] }))).toBe('VARDROP_MOMENTS');
    const own: NoiseModel = { ...bernoulli(), moments: undefined } as NoiseModel;
    expect(code(sequential({ input: [4], layers: [dense({ units: 2, noise: own })] }))).toBe('VARDROP_MOMENTS');
  });
});
