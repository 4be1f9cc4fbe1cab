import { adam, dense, gru, initialState, input, model, sparseVariational } from '@vardrop/core';
import { expect, test } from 'vitest';
import { describeLayers } from '../src/training/describeLayers.js';

test('lists the linear maps of a layer with several', () => {
  const x = input({ shape: [3, 2] });
  const network = model({
    inputs: x,
    outputs: dense({ units: 2 })(gru({ units: 4 })(x)),
    noise: sparseVariational(),
  });
  const { parameters } = initialState(network, adam(), 1);
  const layers = describeLayers(network, parameters);
  // Weights and variances of [2, 12], [4, 12] and [4, 2], and biases.
  expect(layers.map(({ name, kind, parameters }) => [name, kind, parameters])).toEqual([
    ['gru1/input', 'gru', 60],
    ['gru1/recurrent', 'gru', 108],
    ['dense1', 'dense', 18],
  ]);
  expect(layers.map(({ alpha }) => alpha?.values.length)).toEqual([24, 48, 8]);
  expect(layers.every(({ sparsity }) => sparsity !== undefined)).toBe(true);
});
