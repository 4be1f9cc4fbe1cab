import * as tf from '@tensorflow/tfjs';
import { createNetwork, dense, fit, sequential, sparseVariational, warmStart } from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromLayersModel, type TfLayersModel } from '../src/index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterAll(() => tf.disposeVariables());

const backend = createReferenceBackend();
const { layers } = tf;

/** Random weights everywhere, also in biases and running statistics. */
function randomized(model: tf.LayersModel, seed: number): tf.LayersModel {
  model.layers.forEach((layer, l) => {
    layer.setWeights(
      layer.getWeights().map((tensor, i) => {
        const numbers = random.normal(random.foldIn(random.key(seed), 16 * l + i), tensor.size);
        // The running variance is the last tensor of a batch normalization.
        const positive = layer.getClassName() === 'BatchNormalization' && i === layer.getWeights().length - 1;
        return tf.tensor(positive ? numbers.map((x) => 0.5 + x * x) : numbers.map((x) => 0.5 * x), tensor.shape);
      }),
    );
  });
  return model;
}

const image = [6, 5, 3];
const stack = (inputShape: number[], all: tf.layers.Layer[]) => {
  const model = tf.sequential();
  const x = layers.inputLayer({ inputShape });
  for (const layer of [x, ...all]) model.add(layer);
  return model;
};

const cases: Readonly<Record<string, () => tf.LayersModel>> = {
  'dense layers and dropout': () =>
    tf.sequential({
      layers: [
        layers.dense({ units: 7, activation: 'relu', inputShape: [4] }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 5, activation: 'tanh', useBias: false }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  'a convolutional network': () =>
    stack(image, [
      layers.conv2d({ filters: 4, kernelSize: [3, 2], padding: 'same', strides: [2, 1], activation: 'elu' }),
      layers.batchNormalization({ epsilon: 0.01 }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: [2, 2], strides: [1, 2] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ]),
  'other convolutions': () =>
    stack(image, [
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, activation: 'softplus' }),
      layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, padding: 'same' }),
      layers.conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: [2, 2], padding: 'valid' }),
      layers.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
      layers.upSampling2d({ size: [2, 1] }),
      layers.averagePooling2d({ poolSize: [3, 2], padding: 'same' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ]),
  sequences: () =>
    stack(
      [9, 4],
      [
        layers.conv1d({ filters: 6, kernelSize: 3, padding: 'same', dilationRate: 2, activation: 'swish' }),
        layers.layerNormalization({ epsilon: 1e-3 }),
        layers.maxPooling1d({ poolSize: 2 }),
        layers.leakyReLU({ alpha: 0.3 }),
        layers.averagePooling1d({ poolSize: 2, strides: 1 }),
        layers.permute({ dims: [2, 1] }),
        layers.reshape({ targetShape: [3, 6] }),
        layers.globalMaxPooling1d(),
        layers.dense({ units: 3 }),
        layers.softmax(),
      ],
    ),
  'rows of a table': () =>
    stack(
      [5],
      [
        layers.embedding({ inputDim: 11, outputDim: 4 }),
        layers.prelu({ sharedAxes: [1] }),
        layers.flatten(),
        layers.dense({ units: 2, activation: 'linear' }),
      ],
    ),
  'a graph with branches': () => {
    const x = tf.input({ shape: image });
    const left = layers.conv2d({ filters: 3, kernelSize: 1, name: 'left/one' }).apply(x);
    const right = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }).apply(x);
    const sum = layers.add().apply([left, right] as tf.SymbolicTensor[]);
    const both = layers.concatenate().apply([sum, x] as tf.SymbolicTensor[]);
    const product = layers.multiply().apply([both, both] as tf.SymbolicTensor[]);
    const flat = layers.flatten().apply(product);
    return tf.model({ inputs: x, outputs: layers.dense({ units: 2 }).apply(flat) as tf.SymbolicTensor });
  },
};

describe('fromLayersModel', () => {
  it.each(Object.entries(cases))('%s predicts as in tfjs', async (name, build) => {
    const original = randomized(build(), 7);
    const { model, parameters } = fromLayersModel(original as unknown as TfLayersModel);
    const rows = 5;
    const shape = model.inputShape;
    const size = rows * shape.reduce((product, n) => product * n, 1);
    const numbers = random.normal(random.key(3), size);
    const inputs = name === 'rows of a table' ? numbers.map((x) => Math.min(Math.floor(Math.abs(3 * x)), 10)) : numbers;
    const wanted = (original.predict(tf.tensor(inputs, [rows, ...shape])) as tf.Tensor).dataSync();
    const network = createNetwork(model, { backend, parameters });
    const found = await network.predict(inputs, { mode: 'mean' });
    const values = 'probabilities' in found ? found.probabilities : (found as { mean: Float32Array }).mean;
    expect(values).toHaveLength(wanted.length);
    values.forEach((value, i) => {
      expect(Math.abs(value - wanted[i])).toBeLessThan(2e-4 * (1 + Math.abs(wanted[i])));
    });
  });

  it('is a start to fine-tune from with noise', async () => {
    const original = randomized(cases['dense layers and dropout'](), 2);
    const { model, parameters } = fromLayersModel(original as unknown as TfLayersModel, { noise: sparseVariational() });
    expect(model.layers.map(({ parts }) => parts?.[0]?.noise.name)).toEqual(['sparse', 'sparse', 'sparse']);
    const inputs = random.normal(random.key(1), 4 * 60);
    const targets = Array.from({ length: 60 }, (_, i) => (inputs[4 * i] > 0 ? 1 : 2));
    const state = warmStart(model, parameters);
    const { history } = await fit(model, { backend, data: { inputs, targets }, state, epochs: 15, batch: 20 });
    expect(history[14].loss).toBeLessThan(history[0].loss);
  });

  it('refuses what core does not have, by the layer', () => {
    const code = (model: unknown) => {
      try {
        fromLayersModel(model as TfLayersModel);
      } catch (error) {
        const { code: found, message } = error as { code?: string; message: string };
        return `${found} ${message}`;
      }
      return undefined;
    };
    expect(code(stack([4, 3], [layers.gru({ units: 2, name: 'mine' })]))).toMatch(
      /^VARDROP_LAYERS_MODEL .*'mine': got a layer of class GRU/,
    );
    expect(code(stack([3], [layers.dense({ units: 2, activation: 'selu' })]))).toContain("the activation 'selu'");
    expect(code(stack([3], [layers.dense({ units: 2, activation: 'softmax' }), layers.dense({ units: 2 })]))).toContain(
      "'softmax'",
    );
    const x = tf.input({ shape: [3] });
    const shared = layers.dense({ units: 3 });
    const twice = shared.apply(shared.apply(x)) as tf.SymbolicTensor;
    expect(code(tf.model({ inputs: x, outputs: twice }))).toContain('used twice');
    for (const none of [
      undefined,
      null,
      3,
      {},
      sequential({ input: [2], layers: [dense({ units: 2 })] }),
      Promise.resolve(),
    ])
      expect(code(none)).toContain('VARDROP_LAYERS_MODEL');
  });
});
