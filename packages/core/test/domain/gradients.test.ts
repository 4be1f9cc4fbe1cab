import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import { activation, conv2d, dense, flatten, maxPooling2d, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { checkGradients } from './checkGradients.js';
import { denseCase } from './gradientCases.js';
import { everyCombination, oneDivergence, testGradients } from './testGradients.js';

it('counts the combinations', () => {
  expect({ all: combinations().length, valid: everyCombination.length }).toMatchInlineSnapshot(`
    {
      "all": 504,
      "valid": 216,
    }
  `);
});

testGradients(denseCase, oneDivergence);

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

  it('max pooling, activations and the Gaussian likelihood', () => {
    for (const kind of ['elu', 'gelu', 'silu', 'softplus', 'sigmoid', 'tanh'] as const) {
      const model = sequential({
        input: [5, 5, 2],
        likelihood: gaussian(),
        layers: [
          conv2d({ filters: 2, size: 2, bias: false }),
          activation(kind),
          maxPooling2d({ size: [2, 3], strides: [1, 2] }),
          flatten(),
          dense({ units: 2 }),
        ],
      });
      checkGradients(model, image, [0.5, -1, 2, 0.3], 2);
    }
  });
});
