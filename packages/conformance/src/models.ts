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

/** The domain's functions that laws build programs with, and predict; core's own unless a law is tried on others. */
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

/** Noise models, estimators, divergences, layers, the objective and prediction, by name of the function that makes them. */
export type Models = Readonly<typeof coreModels>;
