import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import {
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  type Layer,
  type LinearLayerOptions,
  separableConv2d,
  sequential,
} from '../../src/layers/index.js';
import { categorical } from '../../src/likelihood.js';
import { elementCount } from '../../src/program/index.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { checkGradients } from './checkGradients.js';

const rows = 2;
const image = [4, 3, 2];
const steps = [5, 2];

/** Layers with weights on images or sequences. Two channels come out, since there are two labels. */
const layers: readonly (readonly [string, readonly number[], (options: LinearLayerOptions) => Layer])[] = [
  [
    'conv2d, dilations and groups',
    image,
    (o) => conv2d({ ...o, filters: 2, size: [2, 1], dilations: [2, 1], groups: 2 }),
  ],
  ['conv1d, causal', steps, (o) => conv1d({ ...o, filters: 2, size: 2, strides: 2, dilations: 2, padding: 'causal' })],
  ['depthwiseConv2d', image, (o) => depthwiseConv2d({ ...o, size: [2, 3], strides: [1, 2], padding: 'same' })],
  ['separableConv2d', image, (o) => separableConv2d({ ...o, filters: 2, multiplier: 2, size: [1, 2] })],
  [
    'conv2dTranspose',
    image,
    (o) => conv2dTranspose({ ...o, filters: 2, size: [2, 3], strides: [1, 2], padding: 'same' }),
  ],
  ['conv1dTranspose', steps, (o) => conv1dTranspose({ ...o, filters: 2, size: 3, strides: 2 })],
];

/** Every noise model under each of its estimators, with its divergence if it learns something. */
const noisy = combinations().filter(
  ({ noise, refusal, divergence }) =>
    refusal === undefined &&
    (divergence === null ? noise.learns === undefined : ['exact', 'gaussian'].includes(divergence.name)),
);

// What is refused is in test/layers/weightLaw.test.ts.
const refused = (name: string, alpha: string | undefined, acts: string, learns: boolean) =>
  (name.startsWith('conv2d, dilations') && (alpha === 'input' || (acts === 'inputs' && learns))) ||
  (/depthwise|separable/.test(name) && alpha === 'output');

describe.each(layers)('gradients of %s against Richardson differences', (name, shape, make) => {
  const x = Array.from(normal(key(11), rows * elementCount(shape)));
  const ends = shape === image ? [globalAveragePooling2d()] : [globalAveragePooling1d()];
  it.each(
    noisy.map(
      (each) =>
        [
          `${each.noise.name} ${each.noise.alpha ?? ''} ${each.estimator.name} ${each.divergence?.name ?? ''}`,
          each,
        ] as const,
    ),
  )('%s', (_, { noise, estimator, divergence }) => {
    const build = () =>
      sequential({ input: shape, layers: [make({ noise, estimator, divergence, activation: 'tanh' }), ...ends] });
    if (refused(name, noise.alpha, noise.acts, noise.learns !== undefined)) {
      expect(build).toThrow(expect.objectContaining({ code: 'VARDROP_COMBINATION' }));
      return;
    }
    checkGradients(build(), categorical(), x, [1, 0, 0, 1], rows);
  });
});
