import {
  ard,
  bernoulli,
  bernoulliLearned,
  combinations,
  conv2d,
  dense,
  flipout,
  gaussian,
  gaussianDropout,
  local,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  meanField,
  none,
  separate,
  sgvb,
  single,
  sparseVariational,
  variationalDropout,
} from '@vardrop/core';

/** The domain's functions that laws build programs with; core's own unless a law is tried on others. */
export const coreModels = {
  ard,
  bernoulli,
  bernoulliLearned,
  combinations,
  conv2d,
  dense,
  flipout,
  gaussian,
  gaussianDropout,
  local,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  meanField,
  none,
  separate,
  sgvb,
  single,
  sparseVariational,
  variationalDropout,
};

/** Noise models, estimators, divergences, layers and the objective, by name of the function that makes them. */
export type Models = Readonly<typeof coreModels>;
