import {
  type Activation,
  activation,
  add,
  averagePooling1d,
  averagePooling2d,
  batchNorm,
  concatenate,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping2d,
  dense,
  depthwiseConv2d,
  embedding,
  flatten,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  type Layer,
  layerNorm,
  maxPooling1d,
  maxPooling2d,
  multiply,
  padding2d,
  permute,
  prelu,
  reshape,
  separableConv2d,
  upsampling2d,
  VardropError,
} from '@vardrop/core';
import { formatValue } from '@vardrop/core/backend';
import type { TfLayer, TfTensor } from './tfLayer.js';

/** A layer of core, and its tensors by the names within it. */
export interface Converted {
  /** Undefined for a layer that does nothing in predictions. */
  readonly layer: Layer | undefined;
  readonly tensors: Readonly<Record<string, TfTensor>>;
}

/** A height and a width. */
type Pair = readonly [number, number];

/** The options of a layer of tfjs; its class decides which of them there are. */
interface Config {
  readonly units: number;
  readonly filters: number;
  readonly useBias: boolean;
  readonly kernelSize: Pair;
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: 'same' | 'valid';
  readonly dilationRate: Pair;
  readonly dataFormat?: string;
  readonly depthMultiplier: number;
  readonly targetShape: readonly number[];
  readonly dims: readonly number[];
  readonly size: Pair;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly cropping: readonly [Pair, Pair];
  readonly axis: number;
  readonly scale: boolean;
  readonly center: boolean;
  readonly epsilon: number;
  readonly momentum: number;
  readonly inputDim: number;
  readonly outputDim: number;
  readonly alpha: number;
}

/** Options of core's layer, its name among them. */
interface Given {
  readonly name: string;
  readonly activation: Activation;
  readonly config: Config;
  readonly weights: readonly TfTensor[];
}

/** @returns never: throws `VARDROP_LAYERS_MODEL`, with the name of the layer. */
export function refuse(name: string, got: string, needs: string): never {
  throw new VardropError(
    'VARDROP_LAYERS_MODEL',
    `[fromLayersModel] layer '${name}': got ${got}, needs ${needs}. Build that part with core's layers, and start it with warmStart.`,
  );
}

/** Activations of tfjs, by their names there. Its `gelu` is the exact one, core's the tanh form. */
const activations: Readonly<Record<string, Activation>> = {
  linear: 'linear',
  relu: 'relu',
  elu: 'elu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softplus: 'softplus',
  swish: 'silu',
};

/** The activation of a layer; `linear` for one that becomes a part of the likelihood. */
export function activationOf(layer: TfLayer, fromLikelihood: boolean): Activation {
  const { activation: name = 'linear' } = layer.getConfig() as { readonly activation?: string };
  if (fromLikelihood && (name === 'softmax' || name === 'sigmoid')) return 'linear';
  return (
    activations[name] ?? refuse(layer.name, `the activation '${name}'`, `one of ${Object.keys(activations).join(', ')}`)
  );
}

const weightsAndBias = ({ weights: [kernel, bias] }: Given) => ({ weights: kernel, ...(bias && { bias }) });
const linear = ({ name, activation, config }: Given) => ({ name, activation, bias: config.useBias });
const windowed = ({ config }: Given) => ({
  size: config.kernelSize,
  strides: config.strides,
  padding: config.padding,
  dilations: config.dilationRate,
});
const pooled = ({ name, config }: Given) => ({
  name,
  size: config.poolSize,
  strides: config.strides,
  padding: config.padding,
});
const first = (values: readonly number[] | number) => (typeof values === 'number' ? values : values[0]);

/** Layers without weights, by their classes in tfjs. */
const moved: Readonly<Record<string, (given: Given) => Layer | undefined>> = {
  Dropout: () => undefined,
  SpatialDropout1D: () => undefined,
  GaussianDropout: () => undefined,
  GaussianNoise: () => undefined,
  AlphaDropout: () => undefined,
  Flatten: ({ name }) => flatten({ name }),
  Reshape: ({ name, config }) => reshape({ name, shape: config.targetShape }),
  Permute: ({ name, config }) => permute({ name, axes: config.dims }),
  Activation: ({ activation: kind }) => (kind === 'linear' ? undefined : activation(kind)),
  ReLU: () => activation('relu'),
  ELU: () => activation('elu'),
  MaxPooling1D: (given) =>
    maxPooling1d({ ...pooled(given), size: first(given.config.poolSize), strides: first(given.config.strides) }),
  MaxPooling2D: (given) => maxPooling2d(pooled(given)),
  AveragePooling1D: (given) =>
    averagePooling1d({ ...pooled(given), size: first(given.config.poolSize), strides: first(given.config.strides) }),
  AveragePooling2D: (given) => averagePooling2d(pooled(given)),
  GlobalMaxPooling1D: ({ name }) => globalMaxPooling1d({ name }),
  GlobalMaxPooling2D: ({ name }) => globalMaxPooling2d({ name }),
  GlobalAveragePooling1D: ({ name }) => globalAveragePooling1d({ name }),
  GlobalAveragePooling2D: ({ name }) => globalAveragePooling2d({ name }),
  ZeroPadding2D: ({ name, config }) => padding2d({ name, padding: config.padding as unknown as readonly [Pair, Pair] }),
  Cropping2D: ({ name, config }) => cropping2d({ name, cropping: config.cropping }),
  UpSampling2D: ({ name, config }) => upsampling2d({ name, size: config.size, interpolation: config.interpolation }),
  Add: ({ name }) => add({ name }),
  Multiply: ({ name }) => multiply({ name }),
  Concatenate: ({ name, config }) => concatenate({ name, axis: config.axis }),
};

/** Layers with weights, by their classes in tfjs. */
const weighted: Readonly<Record<string, (given: Given) => Converted>> = {
  Dense: (given) => ({ layer: dense({ ...linear(given), units: given.config.units }), tensors: weightsAndBias(given) }),
  Conv1D: (given) => ({
    layer: conv1d({
      ...linear(given),
      filters: given.config.filters,
      size: first(given.config.kernelSize),
      strides: first(given.config.strides),
      padding: given.config.padding,
      dilations: first(given.config.dilationRate),
    }),
    tensors: weightsAndBias(given),
  }),
  Conv2D: (given) => ({
    layer: conv2d({ ...linear(given), ...windowed(given), filters: given.config.filters }),
    tensors: weightsAndBias(given),
  }),
  Conv2DTranspose(given) {
    const { dilations: _, ...window } = windowed(given);
    const { weights, ...rest } = weightsAndBias(given);
    const layer = conv2dTranspose({ ...linear(given), ...window, filters: given.config.filters });
    return { layer, tensors: { weights: withLastAxesSwapped(weights), ...rest } };
  },
  DepthwiseConv2D: (given) => ({
    layer: depthwiseConv2d({ ...linear(given), ...windowed(given), multiplier: given.config.depthMultiplier }),
    tensors: weightsAndBias(given),
  }),
  SeparableConv2D(given) {
    const { filters } = given.config;
    const [depthwise, pointwise, bias] = given.weights;
    // The configuration does not say it.
    const multiplier = depthwise.shape[3];
    return {
      layer: separableConv2d({ ...linear(given), ...windowed(given), filters, multiplier }),
      tensors: {
        'depthwise/weights': depthwise,
        'pointwise/weights': pointwise,
        ...(bias && { 'pointwise/bias': bias }),
      },
    };
  },
  BatchNormalization({ name, config, weights }) {
    const { scale, center: shift, epsilon, momentum } = config;
    const names = [...(scale ? ['scale'] : []), ...(shift ? ['shift'] : []), 'mean', 'variance'];
    const tensors = Object.fromEntries(names.map((each, i) => [each, weights[i]]));
    return { layer: batchNorm({ name, scale, shift, epsilon, updateRate: 1 - momentum }), tensors };
  },
  LayerNormalization({ name, config, weights }) {
    const { scale, center: shift, epsilon } = config;
    const names = [...(scale ? ['scale'] : []), ...(shift ? ['shift'] : [])];
    const tensors = Object.fromEntries(names.map((each, i) => [each, weights[i]]));
    return { layer: layerNorm({ name, scale, shift, epsilon }), tensors };
  },
  Embedding: ({ name, config, weights: [weights] }) => ({
    layer: embedding({ name, rows: config.inputDim, units: config.outputDim }),
    tensors: { weights },
  }),
  PReLU({ name, weights: [slope] }) {
    const channels = slope.shape[slope.shape.length - 1];
    if (slope.shape.some((n, i) => n !== 1 && i < slope.shape.length - 1))
      refuse(name, 'a slope for each place', 'one for each channel (sharedAxes)');
    return { layer: prelu({ name }), tensors: { slope: { shape: [channels], dataSync: () => slope.dataSync() } } };
  },
};

/** `[h, w, out, in]`, as tfjs has it, to `[h, w, in, out]`. */
function withLastAxesSwapped({ shape: [height, width, outputs, inputs], dataSync }: TfTensor): TfTensor {
  return {
    shape: [height, width, inputs, outputs],
    dataSync() {
      const data = dataSync();
      const size = inputs * outputs;
      return Float32Array.from({ length: data.length }, (_, i) => {
        const [cell, within] = [Math.floor(i / size), i % size];
        return data[cell * size + (within % outputs) * inputs + Math.floor(within / outputs)];
      });
    },
  };
}

/** The layer of core for a layer of tfjs. Throws `VARDROP_LAYERS_MODEL` for one that core does not have. */
export function convertLayer(
  tf: TfLayer,
  name: string,
  outputShape: readonly (number | null)[],
  activation: Activation,
): Converted {
  const kind = tf.getClassName();
  const config = tf.getConfig() as Config;
  if (config.dataFormat === 'channelsFirst') refuse(tf.name, 'channels first', 'channels last');
  // tf.variables read themselves, so the function must keep its tensor.
  const weights = tf.getWeights().map((tensor) => ({ shape: tensor.shape, dataSync: () => tensor.dataSync() }));
  const given = { name, activation, config, weights };
  if (kind === 'LeakyReLU') {
    const channels = outputShape[outputShape.length - 1] ?? 0;
    const slope = { shape: [channels], dataSync: () => new Float32Array(channels).fill(config.alpha) };
    return { layer: prelu({ name, slope: config.alpha }), tensors: { slope } };
  }
  if (kind === 'BatchNormalization' || kind === 'LayerNormalization')
    checkLastAxis(tf.name, config.axis, outputShape.length - 1);
  const convert = weighted[kind];
  if (convert) return convert(given);
  const move = moved[kind];
  if (move) return { layer: move(given), tensors: {} };
  const known = [...Object.keys(weighted), ...Object.keys(moved), 'LeakyReLU', 'Softmax'].sort().join(', ');
  return refuse(tf.name, `a layer of class ${kind}`, `one of ${known}`);
}

function checkLastAxis(name: string, axis: unknown, last: number): void {
  const only: unknown = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  if (only === undefined || only === -1 || only === last) return;
  refuse(name, `the axis ${formatValue(axis)}`, 'the last one');
}
