import {
  activation,
  adam,
  add,
  averagePooling1d,
  averagePooling2d,
  bidirectional,
  categorical,
  concatenate,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  depthwiseConv2d,
  flatten,
  type GraphValue,
  gaussian,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  gru,
  initialState,
  input,
  type Layer,
  lstm,
  type Model,
  maxPooling1d,
  maxPooling2d,
  meanField,
  model,
  multiply,
  padding1d,
  padding2d,
  permute,
  prelu,
  reshape,
  separableConv2d,
  simpleRnn,
  upsampling1d,
  upsampling2d,
  variationalDropout,
} from '@vardrop/core';
import { defineLayer } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { likelihoodNetworks } from './likelihoodNetworks.js';
import type { GraphExample } from './networks.js';
import { tasks } from './tasks.js';

const rows = 5;
const noise = meanField({ logVariance: -5 });

function example(name: string, of: Model): GraphExample {
  const { parameters, carried } = initialState(of, adam(), 3);
  const moved = Object.entries({ ...parameters, ...carried }).map(([parameter, { shape, data }], i) => [
    parameter,
    { shape, data: data.map((value, at) => value + 0.1 * random.normal(random.key(i), data.length)[at]) },
  ]);
  const inputs = of.inputs.map((each, i) => {
    const numbers = random.normal(random.key(77 + i), rows * elementCount(each.shape));
    const whole = (z: number) => Math.round(2 + z);
    const row = (z: number) => Math.min(Math.max(whole(2 * z), 0), (each.limit ?? 1) - 1);
    return [each.name, each.kind === 'numbers' ? numbers : numbers.map(each.limit === undefined ? whole : row)];
  });
  return {
    name,
    model: of,
    parameters: Object.fromEntries(moved),
    inputs: Object.fromEntries(inputs),
    rows,
  };
}

/** Subtracts a running mean, which is no parameter. */
function centred(): Layer {
  return defineLayer({
    kind: 'centred',
    build: (name, [shape]) => ({
      ...{ name, kind: 'centred', inputShapes: [shape], outputShape: shape, parameters: [] },
      carried: [{ name: 'mean', shape, initialize: { kind: 'constant', value: 0.5 } }],
      apply: (b, [x], _, { carried }) => b.sub(x, carried.mean),
      moments: (b, [{ mean, variance }], _, { carried }) => ({ mean: b.sub(mean, carried.mean), variance }),
    }),
  });
}

/** Two inputs, a layer that is used twice, carried state, and two outputs. */
function several(): GraphExample {
  const a = input({ shape: [4, 3], name: 'a' });
  const c = input({ shape: [7], name: 'c', kind: 'integers' });
  const shared = dense({ units: 3, activation: 'tanh' });
  const residual = add()(a, shared(shared(a)));
  const joined = concatenate()(flatten()(centred()(residual)), c);
  const outputs = { label: dense({ units: 4 })(joined), size: dense({ units: 2 })(activation('silu')(joined)) };
  const likelihood = { label: categorical(), size: gaussian({ logVariance: -1 }) };
  return example('several inputs and outputs', model({ inputs: [a, c], outputs, noise, likelihood }));
}

const ends = { image: globalAveragePooling2d(), steps: globalAveragePooling1d() } as const;

/** One layer between a dense layer and the output. */
function around(kind: keyof typeof ends | 'row', layer: Layer, shape: readonly number[]): GraphExample {
  const x: GraphValue = input({ shape });
  const between = layer(dense({ units: 4, noise })(x));
  const features = kind === 'row' ? between : ends[kind](between);
  const made = model({
    inputs: x,
    outputs: dense({ units: 3, noise })(features),
    noise: variationalDropout({ type: 'A' }),
  });
  return example(`${made.layers[1].kind} ${JSON.stringify(made.layers[1].outputShape)}`, made);
}

const image = [6, 5, 2];
const steps = [5, 2];
const inImages: readonly Layer[] = [
  averagePooling2d({ size: [2, 3], padding: 'same' }),
  conv2d({ filters: 4, size: [2, 3], dilations: 2, padding: 'same', groups: 2, activation: 'elu', noise }),
  conv2dTranspose({ filters: 3, size: 3, strides: 2, padding: 'same' }),
  cropping2d({
    cropping: [
      [1, 0],
      [0, 2],
    ],
  }),
  depthwiseConv2d({ size: [3, 2], multiplier: 2, strides: 2 }),
  maxPooling2d({ size: [3, 2], strides: 1 }),
  padding2d({ padding: [1, 2] }),
  permute({ axes: [2, 1, 3] }),
  prelu({ slope: 0.3 }),
  separableConv2d({ filters: 3, size: 3, activation: 'gelu' }),
  upsampling2d({ size: [2, 3] }),
  upsampling2d({ size: 2, interpolation: 'bilinear' }),
];
const inSteps: readonly Layer[] = [
  averagePooling1d({ size: 2 }),
  bidirectional({ layer: gru({ units: 3, returns: 'sequence' }) }),
  conv1d({ filters: 4, size: 3, padding: 'causal', dilations: 2 }),
  conv1dTranspose({ filters: 3, size: 2, strides: 2 }),
  cropping1d({ cropping: [1, 2] }),
  gru({ units: 3, returns: 'sequence', reverse: true }),
  gru({ units: 3, returns: 'sequence', resetAfter: false, noise }),
  lstm({ units: 3, returns: 'sequence', noise }),
  maxPooling1d({ size: 3, strides: 1, padding: 'same' }),
  padding1d({ padding: [2, 1] }),
  simpleRnn({ units: 3, returns: 'sequence' }),
  upsampling1d({ size: 3 }),
];
const toRows: readonly (readonly [Layer, readonly number[]])[] = [
  [globalMaxPooling1d(), steps],
  [globalMaxPooling2d(), image],
  [flatten(), image],
  [reshape({ shape: [-1] }), steps],
];

/** Graphs with several inputs and outputs, networks with each of the other layers, and with each likelihood. */
export const graphs: readonly GraphExample[] = [
  several(),
  ...inImages.map((layer) => around('image', layer, image)),
  ...inSteps.map((layer) => around('steps', layer, steps)),
  ...toRows.map(([layer, shape]) => around('row', layer, shape)),
  products(),
  ...[...tasks, ...likelihoodNetworks].map(({ name, of }) => example(name, of)),
];

/** A product of two branches. */
function products(): GraphExample {
  const x = input({ shape: [6] });
  const gated = multiply()(dense({ units: 4 })(x), dense({ units: 4, activation: 'sigmoid' })(x));
  return example('multiply', model({ inputs: x, outputs: dense({ units: 3 })(gated), noise }));
}
