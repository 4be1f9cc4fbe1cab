import { expect, it } from 'vitest';
import {
  activation,
  add,
  conv2d,
  dense,
  flatten,
  gaussianPrior,
  globalAveragePooling2d,
  input,
  meanField,
  model,
  noNoise,
  separableConv2d,
  sequential,
  summary,
  variationalDropout,
} from '../../src/index.js';

it('prints a chain', () => {
  const made = sequential({
    input: [784],
    noise: variationalDropout({ alpha: 'input' }),
    layers: [dense({ units: 300, activation: 'relu' }), dense({ units: 10, divergence: null })],
  });
  expect(`\n${summary(made)}\n`).toBe(`
layer      outputs       parameters  noise                  estimator  divergence
x (input)  [batch, 784]
dense1     [batch, 300]     236,284  variational-b (input)  local      exact
dense2     [batch, 10]        3,310  variational-b (input)  local      none

parameters: 239,594, KL terms: 1
`);
});

it('prints a graph, with layers that are used twice, parts, parameters of the network and several outputs', () => {
  const x = input({ shape: [9, 7, 2], name: 'image' });
  const separable = separableConv2d({
    filters: 2,
    size: 3,
    padding: 'same',
    noise: meanField(),
    divergence: gaussianPrior(),
  });
  const residual = add()(x, separable(separable(x)));
  const pooled = globalAveragePooling2d()(activation('relu')(residual));
  const noise = variationalDropout({ type: 'A', alpha: 'network' });
  const rate = dense({ units: 1, noise: noNoise() })(pooled);
  const pixels = dense({ units: 3, name: 'pixels' })(flatten()(conv2d({ filters: 1, size: 3 })(residual)));
  expect(`\n${summary(model({ inputs: x, outputs: { rate, pixels }, noise }))}\n`).toBe(`
layer                    outputs           parameters  noise                    estimator  divergence  reads
image (input)            [batch, 9, 7, 2]
separableConv2d1         [batch, 9, 7, 2]          46                                                  image
  depthwise                                        36  mean-field               local      gaussian
  pointwise                                        10  mean-field               local      gaussian
separableConv2d1#2       [batch, 9, 7, 2]      shared                                                  separableConv2d1
add1                     [batch, 9, 7, 2]           0                                                  image, separableConv2d1#2
relu1                    [batch, 9, 7, 2]           0                                                  add1
globalAveragePooling2d1  [batch, 2]                 0                                                  relu1
dense1                   [batch, 1]                 3  none                                            globalAveragePooling2d1
conv2d1                  [batch, 7, 5, 1]          19  variational-a (network)  local      exact       add1
flatten1                 [batch, 35]                0                                                  conv2d1
pixels (dense)           [batch, 3]               108  variational-a (network)  local      exact       flatten1
network                                             1

parameters: 177, KL terms: 4, outputs: rate = dense1, pixels = pixels
`);
});

it('prints a model without noise', () => {
  expect(`\n${summary(sequential({ input: [3], layers: [flatten(), dense({ units: 2, bias: false })] }))}\n`).toBe(`
layer      outputs     parameters  noise
x (input)  [batch, 3]
flatten1   [batch, 3]           0
dense1     [batch, 2]           6  none

parameters: 6, KL terms: 0
`);
});
