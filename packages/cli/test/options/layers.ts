import type { Layer } from '@vardrop/core';
import { core } from './coreExports.js';
import type { Entry } from './entry.js';

/** A layer is built, since what it takes from the model is known only then. */
const built = (layer: Layer, input: readonly number[]) => core.sequential({ input, layers: [layer] });
/** What options are added to, where there are any. */
const merged = (base: object, options: object) => ({ ...base, ...options }) as never;

const image = [4, 4, 2];
const steps = [4, 2];

const linear = {
  name: 'string',
  activation: 'other',
  bias: 'boolean',
  initializer: 'other',
  noise: 'other',
  estimator: 'other',
  divergence: 'null',
  sharedNoise: 'other',
} as const;
const window = { size: 'other', strides: 'other', padding: 'other' } as const;
const filters = { filters: 'other', ...window, ...linear } as const;
const pooling = { ...window, name: 'string' } as const;
const named = { name: 'string' } as const;
const { activation: _, ...part } = linear;
const recurrent = {
  ...part,
  units: 'other',
  returns: 'other',
  reverse: 'boolean',
  recurrentInitializer: 'other',
} as const;

/** A layer whose state goes from step to step. */
const overTime = (make: (options: never) => Layer, options: Entry['options']): Entry => ({
  call: (given) => built(make(merged({ units: 2 }, given)), steps),
  options,
});

/** A layer of images or sequences with filters of two cells. */
const convolution = (
  make: (options: never) => Layer,
  input: readonly number[],
  options: Entry['options'],
  base: object = { filters: 2, size: 2 },
): Entry => ({ call: (given) => built(make(merged(base, given)), input), options });

/** Layers and their options, by the name of the function. */
export const layers: Readonly<Record<string, Entry>> = {
  averagePooling1d: { call: core.averagePooling1d, options: pooling },
  averagePooling2d: { call: core.averagePooling2d, options: pooling },
  bidirectional: {
    call: (options) => built(core.bidirectional(merged({ layer: core.gru({ units: 2 }) }, options)), steps),
    options: { layer: 'other', merge: 'other', ...named },
  },
  conv1d: convolution(core.conv1d, steps, { ...filters, dilations: 'other', groups: 'other' }),
  conv1dTranspose: convolution(core.conv1dTranspose, steps, filters),
  conv2d: convolution(core.conv2d, image, { ...filters, dilations: 'other', groups: 'other' }),
  conv2dTranspose: convolution(core.conv2dTranspose, image, filters),
  cropping1d: { call: core.cropping1d, options: { cropping: 'other', ...named } },
  cropping2d: { call: core.cropping2d, options: { cropping: 'other', ...named } },
  dense: convolution(core.dense, [4], { units: 'other', ...linear }, { units: 2 }),
  depthwiseConv2d: convolution(
    core.depthwiseConv2d,
    image,
    { multiplier: 'other', dilations: 'other', ...window, ...linear },
    { size: 2 },
  ),
  flatten: { call: core.flatten, options: named },
  globalAveragePooling1d: { call: core.globalAveragePooling1d, options: named },
  globalAveragePooling2d: { call: core.globalAveragePooling2d, options: named },
  globalMaxPooling1d: { call: core.globalMaxPooling1d, options: named },
  globalMaxPooling2d: { call: core.globalMaxPooling2d, options: named },
  gru: overTime(core.gru, { ...recurrent, resetAfter: 'boolean' }),
  lstm: overTime(core.lstm, { ...recurrent, unitForgetBias: 'boolean' }),
  maxPooling1d: { call: core.maxPooling1d, options: pooling },
  maxPooling2d: { call: core.maxPooling2d, options: pooling },
  padding1d: { call: core.padding1d, options: { padding: 'other', ...named } },
  padding2d: { call: core.padding2d, options: { padding: 'other', ...named } },
  permute: { call: (options) => core.permute(merged({ axes: [2, 1] }, options)), options: { axes: 'other', ...named } },
  prelu: { call: core.prelu, options: { slope: 'number', ...named } },
  reshape: { call: (options) => core.reshape(merged({ shape: [8] }, options)), options: { shape: 'other', ...named } },
  separableConv2d: convolution(core.separableConv2d, image, { ...filters, multiplier: 'other', dilations: 'other' }),
  simpleRnn: overTime(core.simpleRnn, { ...recurrent, activation: 'other' }),
  upsampling1d: { call: core.upsampling1d, options: { size: 'other', ...named } },
  upsampling2d: { call: core.upsampling2d, options: { size: 'other', interpolation: 'other', ...named } },
};
