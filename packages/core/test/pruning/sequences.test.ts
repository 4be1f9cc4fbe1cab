import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averagePooling1d,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  globalMaxPooling1d,
  globalMaxPooling2d,
  type LayerDefinition,
  type Model,
  maxPooling1d,
  padding1d,
  padding2d,
  permute,
  prelu,
  sequential,
  upsampling1d,
  upsampling2d,
} from '../../src/index.js';
import { expectLaw, foldedBiases, noisyLayers, randomParameters } from './helpers.js';

const stack = (...layers: readonly LayerDefinition[]) =>
  fc.array(
    fc.constantFrom(...layers).map((layer) => ({ ...layer })),
    { maxLength: 2 },
  );
const padding = fc.constantFrom('same' as const, 'valid' as const);
const noisy = noisyLayers(4);

const steps = stack(
  prelu(),
  padding1d({ padding: [1, 2] }),
  cropping1d({ cropping: [1, 0] }),
  upsampling1d(),
  maxPooling1d({ strides: 1, padding: 'same' }),
  averagePooling1d({ strides: 1 }),
);
const sequences = fc
  .record({
    filters: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
    strides: fc.integer({ min: 1, max: 2 }),
    padding,
    middle: fc.tuple(steps, steps),
    bias: fc.boolean(),
    noisy,
  })
  .map(({ filters: [first, second, third], strides, padding: pad, middle, bias, noisy: noise }) =>
    sequential({
      input: [7, 2],
      layers: [
        conv1d({ filters: first, size: 2, activation: 'relu', padding: 'causal', dilations: 2, ...noise[0] }),
        ...middle[0],
        conv1dTranspose({ filters: second, size: 3, strides, padding: pad, activation: 'relu', ...noise[1] }),
        ...middle[1],
        conv1d({ filters: third, size: 2, bias, activation: 'relu', ...noise[2] }),
        prelu(),
        // A mean would leave the grid on which biases are exact.
        globalMaxPooling1d(),
        dense({ units: 2, ...noise[3] }),
      ],
    }),
  );

const resized = stack(
  prelu(),
  padding2d({
    padding: [
      [0, 1],
      [1, 0],
    ],
  }),
  cropping2d({
    cropping: [
      [0, 0],
      [0, 1],
    ],
  }),
  permute({ axes: [2, 1, 3] }),
  upsampling2d({ size: [1, 2], interpolation: 'bilinear' }),
);
const pictures = fc
  .record({
    filters: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
    strides: fc.integer({ min: 1, max: 2 }),
    padding,
    middle: fc.tuple(resized, resized),
    noisy,
  })
  .map(({ filters: [first, second], strides, padding: pad, middle, noisy: noise }) =>
    sequential({
      input: [4, 6, 2],
      layers: [
        conv2dTranspose({ filters: first, size: 2, strides, padding: pad, activation: 'relu', ...noise[0] }),
        ...middle[0],
        conv2d({ filters: second, size: 2, padding: pad, dilations: [2, 1], activation: 'relu', ...noise[1] }),
        ...middle[1],
        globalMaxPooling2d(),
        dense({ units: 3, activation: 'relu', ...noise[2] }),
        dense({ units: 2, ...noise[3] }),
      ],
    }),
  );

describe.each([
  ['sequences', sequences as fc.Arbitrary<Model>],
  ['transposed convolutions', pictures as fc.Arbitrary<Model>],
] as const)('pruned %s', (_, models) => {
  it('compute what the masked model computes, with means and with the same noise', () => {
    let removed = 0;
    let folded = 0;
    const numRuns = 100;
    fc.assert(
      fc.property(models, fc.integer({ min: 0, max: 60000 }), (model, seed) => {
        const parameters = randomParameters(model, seed);
        const { pruned } = expectLaw(model, parameters, seed);
        removed += pruned.report.unitsRemoved;
        folded += foldedBiases(parameters, pruned);
      }),
      { numRuns, seed: 1 },
    );
    // So that the law is not kept by doing nothing. Padding keeps most constants from being folded.
    expect(removed).toBeGreaterThan(numRuns / 2);
    expect(folded).toBeGreaterThan(numRuns / 50);
  }, 30_000);
});
