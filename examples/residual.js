// A residual network of convolutions with batch normalization, with variational dropout and without noise, and a dense network,
// each from several seeds. Networks with one seed see the same minibatches, so their errors are compared in pairs.
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  activation,
  adam,
  add,
  averagePooling2d,
  batchNorm,
  conv2d,
  dense,
  evaluateClassification,
  fit,
  flatten,
  globalAveragePooling2d,
  input,
  model,
  noNoise,
  piecewiseLinear,
  predict,
  variationalDropout,
} from '@vardrop/core';
import { pairedDifference } from '@vardrop/experiments';
import { loadDigits } from './common/loadDigits.js';
import { printTable } from './common/printTable.js';
import { readSize } from './common/readSize.js';

const { train, test, epochs, batch, filters, blocks, seeds, samples } = readSize({
  quick: { train: 300, test: 200, epochs: 3, batch: 10, filters: 6, blocks: 1, seeds: 2, samples: 4 },
  full: { train: 1000, test: 2000, epochs: 15, batch: 50, filters: 16, blocks: 2, seeds: 5, samples: 16 },
});

const convolution = (options = {}) => conv2d({ filters, size: 3, padding: 'same', bias: false, ...options });
const relu = activation('relu');

/** x + F(x): the block has to learn only what is to be changed in x. */
function block(x) {
  const inner = relu(batchNorm()(convolution()(x)));
  return relu(add()(x, batchNorm()(convolution()(inner))));
}

function residual(noise) {
  const image = input({ shape: [28, 28, 1] });
  // 14 by 14 pixels, then 7 by 7 places.
  let x = relu(batchNorm()(convolution({ strides: 2 })(averagePooling2d({ size: 2 })(image))));
  for (let i = 0; i < blocks; i++) x = block(x);
  return model({ inputs: image, outputs: dense({ units: 10 })(globalAveragePooling2d()(x)), noise });
}

function plain(noise) {
  const image = input({ shape: [28, 28, 1] });
  const pixels = flatten()(averagePooling2d({ size: 2 })(image));
  const hidden = dense({ units: 16 * filters, activation: 'relu' })(pixels);
  return model({ inputs: image, outputs: dense({ units: 10 })(hidden), noise });
}

const noise = variationalDropout({ type: 'A', alpha: 'input', rate: 0.1 });
const networks = {
  'residual, variational dropout': residual(noise),
  'residual, no noise': residual(noNoise()),
  'dense, variational dropout': plain(noise),
};

const digits = await loadDigits({ train, test });
const backend = await createWasmBackend();
/** Test errors in percent and NLLs in nats, by network and seed. */
const errors = {};
const nlls = {};
for (const [name, network] of Object.entries(networks)) {
  errors[name] = new Map();
  nlls[name] = new Map();
  for (let seed = 1; seed <= seeds; seed++) {
    const { state } = await fit(network, {
      backend,
      data: digits.train,
      optimizer: adam({ learningRate: 0.005 }),
      learningRateFactor: piecewiseLinear([Math.floor(epochs / 2), 1], [epochs, 0.02]),
      epochs,
      batch,
      seed,
    });
    // The running statistics of the norms are not parameters, but predictions need them.
    const parameters = { ...state.parameters, ...state.carried };
    const prediction = await predict(network, { backend, parameters, inputs: digits.test.inputs, samples });
    const { error, nll } = evaluateClassification(prediction, digits.test.targets);
    errors[name].set(seed, 100 * error);
    nlls[name].set(seed, nll);
  }
}
await backend.close();

/** The mean over seeds. */
const mean = (values) => [...values.values()].reduce((sum, value) => sum + value, 0) / values.size;

/** The difference of the first network with its 95 % interval over seeds, by Student's t. */
function difference(measured, other, digits) {
  const [first] = Object.keys(networks);
  const { mean, interval } = pairedDifference(measured[first], measured[other]);
  const [low, high] = interval.map((value) => value.toFixed(digits));
  return `${mean.toFixed(digits)} (${low} to ${high})`;
}

console.log(`${train} digits, ${epochs} epochs, ${seeds} seeds; errors on ${test} other digits`);
printTable(
  ['network', 'parameters', 'test error', 'NLL'],
  Object.entries(networks).map(([name, { parameters }]) => [
    name,
    parameters.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0),
    `${mean(errors[name]).toFixed(2)} %`,
    mean(nlls[name]).toFixed(3),
  ]),
);
console.log();
printTable(
  ['residual with variational dropout against', 'points of error', 'NLL'],
  Object.keys(networks)
    .slice(1)
    .map((other) => [other, difference(errors, other, 2), difference(nlls, other, 3)]),
);
