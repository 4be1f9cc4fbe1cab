import type { Combination } from '../../src/combinations.js';
import {
  averagePooling2d,
  bidirectional,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  dense,
  depthwiseConv2d,
  embedding,
  flatten,
  globalAveragePooling1d,
  globalAveragePooling2d,
  gru,
  type Layer,
  lstm,
  type Model,
  type ModelDefaults,
  multiHeadAttention,
  positionEmbedding,
  separableConv2d,
  sequential,
  simpleRnn,
} from '../../src/layers/index.js';
import { elementCount } from '../../src/program/index.js';
import { key, normal } from '../../src/random/index.js';

type Made = Pick<Combination, 'noise' | 'estimator'>;

/** A network of layers with noise, and two or three datapoints with one-hot labels. */
export interface GradientCase {
  readonly name: string;
  readonly build: (defaults: ModelDefaults) => Model;
  readonly x: number[];
  readonly y: number[];
  readonly rows: number;
  /** What the layer refuses beside what no layer can have, with the reason. */
  readonly refuses?: (made: Made) => RegExp | undefined;
  /** Of noise under which no map has only zeros for inputs. */
  readonly seed?: number;
  /** Parameters whose gradients are 0. */
  readonly without?: readonly string[];
}

const image = [4, 3, 2];
const steps = [5, 2];
const sequence = [3, 2];
/** Two steps of one feature. */
const short = [2, 1];
const labels = [1, 0, 0, 1];

/** A layer under noise with two channels, averaged over its places. */
const averaged = (
  name: string,
  shape: readonly number[],
  layer: () => Layer,
  refuses?: GradientCase['refuses'],
): GradientCase => ({
  name,
  build: (defaults) =>
    sequential({
      ...defaults,
      input: shape,
      layers: [layer(), shape === image ? globalAveragePooling2d() : globalAveragePooling1d()],
    }),
  x: Array.from(normal(key(11), 2 * elementCount(shape))),
  y: labels,
  rows: 2,
  refuses,
});

/** A recurrent layer on two datapoints. The first is all zeros. */
const recurrent = (name: string, layer: () => Layer, shape = sequence, seed = 9): GradientCase => ({
  name,
  build: (defaults) => sequential({ ...defaults, input: shape, layers: [layer()] }),
  x: [...new Array<number>(elementCount(shape)).fill(0), ...normal(key(12), elementCount(shape))],
  y: labels,
  rows: 2,
  seed,
  refuses: ({ noise, estimator }) =>
    noise.acts === 'weights' && estimator.preActivations
      ? /all steps of a sequence have the same weights.*; flipout, single and separate/s
      : undefined,
});

const perOutput: GradientCase['refuses'] = ({ noise }) =>
  noise.alpha === 'output' ? /the last axis of the weights counts the outputs of one channel/ : undefined;

const perInput: GradientCase['refuses'] = ({ noise }) =>
  noise.alpha === 'input' || (noise.acts === 'inputs' && noise.learns !== undefined)
    ? /no place among weights that several channels share/
    : undefined;

/** Dense layers, the first under an all-zero row. */
export const denseCase: GradientCase = {
  name: 'dense',
  build: (defaults) =>
    sequential({ ...defaults, input: [3], layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 2 })] }),
  x: [0.5, -1.2, 0.8, 0, 0, 0, 1.5, 0.3, -0.7],
  y: [1, 0, 0, 1, 1, 0],
  rows: 3,
};

/** Convolutions. */
export const convolutionCases: readonly GradientCase[] = [
  {
    name: 'conv2d, pooling and dense',
    build: (defaults) =>
      sequential({
        ...defaults,
        input: image,
        layers: [
          conv2d({ filters: 2, size: [3, 2], strides: [2, 1], padding: 'same', activation: 'tanh' }),
          averagePooling2d({ size: 2, strides: 1 }),
          flatten(),
          dense({ units: 2 }),
        ],
      }),
    x: Array.from(normal(key(11), 2 * elementCount(image))),
    y: labels,
    rows: 2,
  },
  averaged(
    'conv2d, dilations and groups',
    image,
    () => conv2d({ filters: 2, size: [2, 1], dilations: [2, 1], groups: 2, activation: 'tanh' }),
    perInput,
  ),
  averaged('conv1d, causal', steps, () =>
    conv1d({ filters: 2, size: 2, strides: 2, dilations: 2, padding: 'causal', activation: 'tanh' }),
  ),
  averaged(
    'depthwiseConv2d',
    image,
    () => depthwiseConv2d({ size: [2, 3], strides: [1, 2], padding: 'same', activation: 'tanh' }),
    perOutput,
  ),
  averaged(
    'separableConv2d',
    image,
    () => separableConv2d({ filters: 2, multiplier: 2, size: [1, 2], activation: 'tanh' }),
    perOutput,
  ),
  averaged('conv2dTranspose', image, () =>
    conv2dTranspose({ filters: 2, size: [2, 3], strides: [1, 2], padding: 'same', activation: 'tanh' }),
  ),
  averaged('conv1dTranspose', steps, () => conv1dTranspose({ filters: 2, size: 3, strides: 2, activation: 'tanh' })),
];

/** Recurrent layers. */
export const recurrentCases: readonly GradientCase[] = [
  recurrent('simpleRnn, reversed', () => simpleRnn({ units: 2, reverse: true })),
  recurrent('lstm', () => lstm({ units: 2 })),
  recurrent('gru, reset after', () => gru({ units: 2 })),
  recurrent(
    'gru, reset before, in both directions',
    () => bidirectional({ layer: gru({ units: 2, resetAfter: false }), merge: 'sum' }),
    short,
    11,
  ),
];

/** Tables and attention. */
export const attentionCases: readonly GradientCase[] = [
  {
    name: 'embedding and positions',
    build: (defaults) =>
      sequential({
        ...defaults,
        input: [3],
        layers: [embedding({ rows: 4, units: 2 }), positionEmbedding({ length: 4 }), flatten(), dense({ units: 2 })],
      }),
    x: [0, 3, 3, 2, 1, 3],
    y: labels,
    rows: 2,
  },
  {
    ...averaged('multiHeadAttention', sequence, () => multiHeadAttention({ heads: 2, size: 1, causal: true })),
    // A number that is added to all scores of a query changes none of their softmax.
    seed: 9,
    without: ['multiHeadAttention1/key/bias'],
  },
];
