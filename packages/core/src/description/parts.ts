import { ard, gaussianPrior, logUniformCubic, logUniformExact, logUniformSigmoid } from '../divergences/index.js';
import { flipout, localReparametrization, separateSamples, singleSample } from '../estimators/index.js';
import {
  activation,
  add,
  averagePooling1d,
  averagePooling2d,
  bidirectional,
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
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  gru,
  lstm,
  maxPooling1d,
  maxPooling2d,
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
} from '../layers/index.js';
import type { Activation } from '../layers/layer.js';
import {
  bernoulli,
  bernoulliLearned,
  gaussianDropout,
  meanField,
  noNoise,
  sparseVariational,
  variationalDropout,
} from '../noise/index.js';

/** A function that makes a part of its options. */
export type PartFunction = (options: never) => unknown;

/** The functions of all parts of models, by the names in their recipes. */
export const parts: Readonly<Record<string, PartFunction>> = {
  // Layers.
  activation: ({ kind }: { readonly kind: Activation }) => activation(kind),
  add,
  averagePooling1d,
  averagePooling2d,
  bidirectional,
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
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  gru,
  lstm,
  maxPooling1d,
  maxPooling2d,
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
  // Noise.
  ...{ bernoulli, bernoulliLearned, gaussianDropout, meanField, noNoise, sparseVariational, variationalDropout },
  // Estimators.
  ...{ flipout, localReparametrization, separateSamples, singleSample },
  // Divergences.
  ...{ ard, gaussianPrior, logUniformCubic, logUniformExact, logUniformSigmoid },
};
