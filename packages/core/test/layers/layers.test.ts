import { describe, expect, it } from 'vitest';
import { logUniformExact } from '../../src/divergences/index.js';
import {
  activation,
  averagePooling2d,
  conv2d,
  dense,
  flatten,
  type Layer,
  maxPooling2d,
  type PaddingMode,
  sequential,
} from '../../src/layers/index.js';
import { sparseVariational, variationalDropout } from '../../src/noise/index.js';
import { logUniformKl } from '../../src/special/logUniformKl.js';
import { divergences, forward } from './forward.js';

const refusal = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

describe('shapes and names', () => {
  it('follow from layer to layer', () => {
    const model = sequential({
      input: [28, 28, 1],
      layers: [
        conv2d({ filters: 20, size: 5, activation: 'relu' }),
        maxPooling2d(),
        conv2d({ filters: 50, size: [5, 3], padding: 'same', strides: [2, 1], bias: false, name: 'middle' }),
        averagePooling2d({ size: 3, strides: 2, padding: 'same' }),
        flatten(),
        dense({ units: 500 }),
        activation('relu'),
        dense({ units: 10 }),
      ],
    });
    expect(model.layers.map(({ name, inputShapes, outputShape }) => [name, ...inputShapes, outputShape])).toEqual([
      ['conv2d1', [28, 28, 1], [24, 24, 20]],
      ['maxPooling2d1', [24, 24, 20], [12, 12, 20]],
      ['middle', [12, 12, 20], [6, 12, 50]],
      ['averagePooling2d1', [6, 12, 50], [3, 6, 50]],
      ['flatten1', [3, 6, 50], [900]],
      ['dense1', [900], [500]],
      ['relu1', [500], [500]],
      ['dense2', [500], [10]],
    ]);
    expect(model.outputShape).toEqual([10]);
    expect(model.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['conv2d1/weights', [5, 5, 1, 20]],
      ['conv2d1/bias', [20]],
      ['middle/weights', [5, 3, 20, 50]],
      ['dense1/weights', [900, 500]],
      ['dense1/bias', [500]],
      ['dense2/weights', [500, 10]],
      ['dense2/bias', [10]],
    ]);
  });

  const build = (...layers: Layer[]) => sequential({ input: [4], layers });
  const image = (...layers: Layer[]) => sequential({ input: [4, 4, 2], layers });
  const cases: readonly [string, string, () => unknown][] = [
    ['VARDROP_MODEL', 'layers: got none', () => build()],
    ['VARDROP_MODEL', "'a'", () => build(dense({ units: 1, name: 'a' }), dense({ units: 1, name: 'a' }))],
    ['VARDROP_MODEL', "'dense2'", () => build(dense({ units: 1, name: 'dense2' }), dense({ units: 1 }))],
    ['VARDROP_MODEL', "'network'", () => build(dense({ units: 1, name: 'network' }))],
    ['VARDROP_MODEL', "'likelihood'", () => build(dense({ units: 1, name: 'likelihood' }))],
    ['VARDROP_MODEL', "''", () => build(dense({ units: 1, name: '' }))],
    ['VARDROP_MODEL', "'a/b'", () => build(dense({ units: 1, name: 'a/b' }))],
    ['VARDROP_MODEL', 'input: got []', () => sequential({ input: [], layers: [flatten()] })],
    ['VARDROP_MODEL', 'input: got [0]', () => sequential({ input: [0], layers: [flatten()] })],
    ['VARDROP_MODEL', 'input: got [1.5]', () => sequential({ input: [1.5], layers: [flatten()] })],
    ['VARDROP_LAYER', '[dense] units: got 0', () => dense({ units: 0 })],
    ['VARDROP_LAYER', '[dense] units: got 2.5', () => dense({ units: 2.5 })],
    ['VARDROP_LAYER', '[conv2d] filters: got -1', () => conv2d({ filters: -1, size: 2 })],
    ['VARDROP_LAYER', '[conv2d] size: got 0', () => conv2d({ filters: 1, size: 0 })],
    ['VARDROP_LAYER', '[conv2d] strides: got [1, 0]', () => conv2d({ filters: 1, size: 1, strides: [1, 0] })],
    [
      'VARDROP_LAYER',
      "[conv2d] padding: got 'full'",
      () => conv2d({ filters: 1, size: 1, padding: 'full' as PaddingMode }),
    ],
    ['VARDROP_LAYER', "[maxPooling2d] padding: got 'full'", () => maxPooling2d({ padding: 'full' as PaddingMode })],
    ['VARDROP_LAYER', '[averagePooling2d] size', () => averagePooling2d({ size: [2, Number.NaN] })],
    ['VARDROP_SHAPE', '[conv2d1] inputs: got [batch, 4]', () => build(conv2d({ filters: 1, size: 1 }))],
    ['VARDROP_SHAPE', '[pool] inputs', () => build(maxPooling2d({ name: 'pool' }))],
    ['VARDROP_SHAPE', 'conv2d1', () => image(conv2d({ filters: 1, size: 5 }))],
    ['VARDROP_SHAPE', 'maxPooling2d1', () => image(maxPooling2d({ size: [5, 1] }))],
    [
      'VARDROP_INITIALIZER',
      'deviation: got 0',
      () => build(dense({ units: 1, initializer: { kind: 'normal', deviation: 0 } })),
    ],
    [
      'VARDROP_INITIALIZER',
      'deviation: got NaN',
      () => build(dense({ units: 1, initializer: { kind: 'normal', deviation: Number.NaN } })),
    ],
  ];
  for (const [code, text, make] of cases) it(`${code}: ${text}`, () => expect(make).toThrow(refusal(code, text)));
});

describe('values, by hand', () => {
  it('dense: xθ + b', () => {
    const model = sequential({ input: [2], layers: [dense({ units: 3 })] });
    const parameters = { 'dense1/weights': [1, 2, 3, 4, 5, 6], 'dense1/bias': [10, 20, 30] };
    expect(forward(model, [1, -1, 2, 0.5], parameters, { rows: 2 })).toEqual([7, 17, 27, 14, 26.5, 39]);
    const bare = sequential({ input: [2], layers: [dense({ units: 3, bias: false, activation: 'relu' })] });
    expect(forward(bare, [1, -1], parameters)).toEqual([0, 0, 0]);
  });

  const ramp = Array.from({ length: 16 }, (_, i) => i);
  const sums = { 'conv2d1/weights': [1, 1, 1, 1], 'conv2d1/bias': [0] };
  it('conv2d, valid: sums of 2×2', () => {
    const model = sequential({ input: [4, 4, 1], layers: [conv2d({ filters: 1, size: 2 })] });
    expect(forward(model, ramp, sums)).toEqual([10, 14, 18, 26, 30, 34, 42, 46, 50]);
  });
  it('conv2d, same: the odd cell of padding goes to the bottom and right', () => {
    const model = sequential({ input: [4, 4, 1], layers: [conv2d({ filters: 1, size: 2, padding: 'same' })] });
    expect(forward(model, ramp, sums)).toEqual([10, 14, 18, 10, 26, 30, 34, 18, 42, 46, 50, 26, 25, 27, 29, 15]);
  });
  it('conv2d, same, strides 2 and a 3×3 window: one row of padding, at the bottom and right', () => {
    const model = sequential({
      input: [4, 4, 1],
      layers: [conv2d({ filters: 1, size: 3, strides: 2, padding: 'same', bias: false })],
    });
    // Cells 0-2 and 2-3 of rows 0-2 and 2-3.
    expect(forward(model, ramp, { 'conv2d1/weights': new Array(9).fill(1) })).toEqual([45, 39, 66, 50]);
  });
  it('conv2d is a cross-correlation', () => {
    const model = sequential({ input: [2, 2, 1], layers: [conv2d({ filters: 1, size: 2, bias: false })] });
    expect(forward(model, [1, 2, 3, 4], { 'conv2d1/weights': [1, 10, 100, 1000] })).toEqual([4321]);
  });
  it('max pooling: padding never wins', () => {
    const model = sequential({ input: [3, 3, 1], layers: [maxPooling2d({ padding: 'same' })] });
    expect(forward(model, [-1, -2, -3, -4, -5, -6, -7, -8, -9], {})).toEqual([-1, -3, -7, -9]);
  });
  it('average pooling: padding is not counted', () => {
    const model = sequential({ input: [3, 3, 1], layers: [averagePooling2d({ padding: 'same' })] });
    expect(forward(model, [1, 2, 3, 4, 5, 6, 7, 8, 9], {})).toEqual([3, 4.5, 7.5, 9]);
  });
  it('flatten keeps the order', () => {
    const model = sequential({ input: [2, 2, 2], layers: [flatten()] });
    expect(forward(model, [1, 2, 3, 4, 5, 6, 7, 8], {})).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('an α for the network', () => {
  for (const type of ['A', 'B'] as const) {
    it(`is one parameter, whose KL counts in every layer (type ${type})`, () => {
      const model = sequential({
        input: [3],
        noise: variationalDropout({ type, alpha: 'network' }),
        divergence: logUniformExact(),
        layers: [dense({ units: 4 }), dense({ units: 5 }), dense({ units: 2, noise: sparseVariational() })],
      });
      const owned = model.parameters.filter(({ owner }) => owner === 'network');
      expect(owned.map(({ name, shape }) => [name, shape])).toEqual([['network/rho', []]]);
      // α = sigmoid(0) = ½.
      const half = logUniformKl(1 / Math.sqrt(2 * 0.5));
      const kl = divergences(model, {
        'network/rho': [0],
        'dense3/weights': new Array(10).fill(0),
        'dense3/logVariance': new Array(10).fill(0),
      });
      const counts = type === 'A' ? [3, 4] : [12, 20];
      expect(kl.dense1).toBeCloseTo(counts[0] * half, 12);
      expect(kl.dense2).toBeCloseTo(counts[1] * half, 12);
      expect(kl.dense3).toBe(0);
    });
  }
});
