import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import type { Divergence } from '../../src/divergences/divergence.js';
import type { Estimator } from '../../src/estimators/estimator.js';
import {
  activation,
  averagePooling2d,
  conv2d,
  dense,
  flatten,
  type Model,
  maxPooling2d,
  sequential,
} from '../../src/layers/index.js';
import { categorical, gaussianLikelihood } from '../../src/likelihood.js';
import type { NoiseModel } from '../../src/noise/noiseModel.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { checkGradients } from './checkGradients.js';

const inputs = [0.5, -1.2, 0.8, 0, 0, 0, 1.5, 0.3, -0.7];
const labels = [1, 0, 0, 1, 1, 0];

function denseModel(noise: NoiseModel, estimator: Estimator, divergence: Divergence | null): Model {
  return sequential({
    input: [3],
    noise,
    estimator,
    divergence,
    layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 2 })],
  });
}

describe('gradients of every valid combination against Richardson differences, with an all-zero input row', () => {
  const all = combinations();
  const valid = all.filter((combination) => combination.refusal === undefined);

  it('counts the combinations', () => {
    expect({ all: all.length, valid: valid.length }).toMatchInlineSnapshot(`
      {
        "all": 408,
        "valid": 210,
      }
    `);
  });

  for (const { noise, estimator, divergence } of valid) {
    const name = [noise.name, noise.alpha, estimator.name, divergence?.name ?? 'no divergence']
      .filter(Boolean)
      .join(', ');
    it(name, () => checkGradients(denseModel(noise, estimator, divergence), categorical(), inputs, labels, 3));
  }
});

describe('every invalid combination is refused with its reason', () => {
  for (const { noise, estimator, divergence, refusal } of combinations()) {
    if (refusal === undefined) continue;
    it(`${noise.name}, ${noise.alpha ?? 'no α'}, ${estimator.name}, ${divergence?.name ?? 'no divergence'}`, () => {
      const build = () =>
        dense({ units: 2, noise, estimator, divergence }).build('dense1', [[3]], { noise, estimator, divergence });
      expect(build).toThrow(
        expect.objectContaining({
          code: 'VARDROP_COMBINATION',
          message: expect.stringContaining(`[dense1] ${refusal}. Change one`),
        }),
      );
    });
  }
});

describe('gradients through layers and likelihoods', () => {
  const image = Array.from(normal(key(11), 2 * 5 * 5 * 2));
  const weightNoises = combinations().filter(
    ({ noise, refusal, divergence, estimator }) =>
      refusal === undefined &&
      (divergence === null) === (noise.learns === undefined) &&
      (estimator.name !== 'local' ? divergence?.name !== 'sigmoid' : true) &&
      ['exact', 'gaussian', undefined].includes(divergence?.name),
  );
  for (const { noise, estimator, divergence } of weightNoises) {
    it(`conv2d: ${noise.name}, ${noise.alpha ?? ''} ${estimator.name}`, () => {
      const model = sequential({
        input: [5, 5, 2],
        noise,
        estimator,
        divergence,
        layers: [
          conv2d({ filters: 2, size: [3, 2], strides: [2, 1], padding: 'same', activation: 'tanh' }),
          averagePooling2d({ size: 2, strides: 1, padding: 'same' }),
          flatten(),
          dense({ units: 2, noise: undefined }),
        ],
      });
      checkGradients(model, categorical(), image, [1, 0, 0, 1], 2);
    });
  }

  it('max pooling, activations and the Gaussian likelihood', () => {
    for (const kind of ['elu', 'gelu', 'silu', 'softplus', 'sigmoid', 'tanh'] as const) {
      const model = sequential({
        input: [5, 5, 2],
        layers: [
          conv2d({ filters: 2, size: 2, bias: false }),
          activation(kind),
          maxPooling2d({ size: [2, 3], strides: [1, 2] }),
          flatten(),
          dense({ units: 2 }),
        ],
      });
      checkGradients(model, gaussianLikelihood(), image, [0.5, -1, 2, 0.3], 2);
    }
  });
});
