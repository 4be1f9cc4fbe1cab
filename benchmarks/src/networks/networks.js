import * as core from '@vardrop/core';
import { createRandom } from '@vardrop/experiments';

/**
 * A network to time: its model and the rows of a minibatch.
 *
 * @typedef {{ model: () => core.Model, rows: number, about: string }} Network
 */

/** The noise of all four: variational dropout type B, each layer's default estimator, the exact KL. */
const noise = core.variationalDropout();

/** The step size of Adam, the default of core's. */
export const learningRate = 0.001;

/** The number of datapoints divides the KL. */
export const scales = { learningRateFactor: 1, klScale: 1 / 60000 };

const relu = /** @type {const} */ ('relu');

function lenet() {
  return core.sequential({
    input: [28, 28, 1],
    noise,
    layers: [
      core.conv2d({ filters: 6, size: 5, padding: 'same', activation: relu }),
      core.maxPooling2d(),
      core.conv2d({ filters: 16, size: 5, activation: relu }),
      core.maxPooling2d(),
      core.flatten(),
      core.dense({ units: 120, activation: relu }),
      core.dense({ units: 84, activation: relu }),
      core.dense({ units: 10 }),
    ],
  });
}

/** A 3 × 3 convolution, or a projection of one pixel, before a norm. @param {number} filters @param {number} strides */
const convolution = (filters, strides, size = 3) =>
  core.conv2d({ filters, size, strides, padding: 'same', bias: false });

/** Two convolutions beside a connection that skips them. @param {core.GraphValue} x @param {number} filters @param {number} strides */
function residualBlock(x, filters, strides) {
  const first = core.activation('relu')(core.batchNorm()(convolution(filters, strides)(x)));
  const second = core.batchNorm()(convolution(filters, 1)(first));
  const skip = strides === 1 ? x : core.batchNorm()(convolution(filters, strides, 1)(x));
  return core.activation('relu')(core.add()(second, skip));
}

function residual() {
  const x = core.input({ shape: [28, 28, 1] });
  let value = core.activation('relu')(core.batchNorm()(convolution(16, 1)(x)));
  for (const [filters, strides] of [
    [16, 1],
    [32, 2],
    [64, 2],
    [64, 1],
  ])
    value = residualBlock(value, filters, strides);
  const outputs = core.dense({ units: 10 })(core.globalAveragePooling2d()(value));
  return core.model({ inputs: x, outputs, noise });
}

function gru() {
  return core.sequential({
    input: [28, 28],
    noise,
    layers: [core.gru({ units: 128 }), core.dense({ units: 10 })],
  });
}

function transformer() {
  const x = core.input({ shape: [64, 128] });
  const attended = core.add()(x, core.multiHeadAttention({ heads: 4 })(core.layerNorm()(x)));
  const hidden = core.dense({ units: 512, activation: relu })(core.layerNorm()(attended));
  const block = core.add()(attended, core.dense({ units: 128 })(hidden));
  const outputs = core.dense({ units: 10 })(core.globalAveragePooling1d()(block));
  return core.model({ inputs: x, outputs, noise });
}

/** @type {Record<string, Network>} */
export const networks = {
  lenet: { model: lenet, rows: 100, about: 'LeNet-5 on 28 × 28, minibatches of 100' },
  residual: { model: residual, rows: 32, about: 'nine 3 × 3 convolutions (16-32-64) on 28 × 28, minibatches of 32' },
  gru: { model: gru, rows: 100, about: 'a GRU of 128 units over 28 steps of 28, minibatches of 100' },
  transformer: {
    model: transformer,
    rows: 16,
    about: 'a transformer block of width 128, 4 heads, 64 tokens, minibatches of 16',
  },
};

/** Inputs `[rows, …shape]` and one-hot labels `[rows, 10]`, always the same. @param {readonly number[]} shape @param {number} rows */
export function createMinibatch(shape, rows) {
  const random = createRandom();
  const size = shape.reduce((product, n) => product * n, 1);
  const x = Float32Array.from({ length: rows * size }, () => (random() < 0.2 ? random() : 0));
  const y = new Float32Array(10 * rows);
  for (let row = 0; row < rows; row++) y[10 * row + Math.floor(10 * random())] = 1;
  return { inputs: { x }, targets: { output: y }, rows };
}
