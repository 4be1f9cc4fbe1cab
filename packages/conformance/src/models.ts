import {
  ard,
  bernoulli,
  bernoulliLearned,
  combinations,
  conv2d,
  createPredictor,
  dense,
  flipout,
  gaussianDropout,
  gaussianPrior,
  localReparametrization,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  meanField,
  noNoise,
  predict,
  separateSamples,
  singleSample,
  sparseVariational,
  variationalDropout,
} from '@vardrop/core';
import { momentsProgram, sgvb } from '@vardrop/core/extend';

/**
 * The functions that laws use to build programs and to predict. These are core's own, unless a law is tested with
 * others.
 */
export const coreModels = {
  ard,
  bernoulli,
  bernoulliLearned,
  combinations,
  conv2d,
  createPredictor,
  dense,
  flipout,
  gaussian: gaussianPrior,
  gaussianDropout,
  local: localReparametrization,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  meanField,
  momentsProgram,
  none: noNoise,
  predict,
  separate: separateSamples,
  sgvb,
  single: singleSample,
  sparseVariational,
  variationalDropout,
};

/** Noise models, estimators, divergences, layers, the objective and prediction, each by the name of its function. */
export type Models = Readonly<typeof coreModels>;
