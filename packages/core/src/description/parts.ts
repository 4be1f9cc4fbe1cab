import { ard, gaussianPrior, logUniformCubic, logUniformExact, logUniformSigmoid } from '../divergences/index.js';
import { flipout, localReparametrization, separateSamples, singleSample } from '../estimators/index.js';
import { activation, add, averagePooling2d, concatenate, conv2d, dense, flatten, maxPooling2d, multiply } from '../layers/index.js';
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
  ...{ add, averagePooling2d, concatenate, conv2d, dense, flatten, maxPooling2d, multiply },
  // Noise.
  ...{ bernoulli, bernoulliLearned, gaussianDropout, meanField, noNoise, sparseVariational, variationalDropout },
  // Estimators.
  ...{ flipout, localReparametrization, separateSamples, singleSample },
  // Divergences.
  ...{ ard, gaussianPrior, logUniformCubic, logUniformExact, logUniformSigmoid },
};
