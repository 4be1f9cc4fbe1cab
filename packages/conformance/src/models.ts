import type { Layer, Likelihood } from '@vardrop/core';
import * as core from '@vardrop/core';
import {
  adam,
  adamW,
  ard,
  bernoulli,
  bernoulliLearned,
  chain,
  clipByGlobalNorm,
  clipByValue,
  combinations,
  conv2d,
  createPredictor,
  dense,
  flipout,
  gaussianDropout,
  gaussianPrior,
  lion,
  localReparametrization,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  meanField,
  movingAverage,
  noNoise,
  parameterGroups,
  predict,
  rmsprop,
  separateSamples,
  sgd,
  singleSample,
  sparseVariational,
  structuredBayesianPruning,
  truncatedLogUniform,
  variationalDropout,
} from '@vardrop/core';
import { momentsProgram, predictionProgram, sgvb, summaryProgram } from '@vardrop/core/extend';

/** A layer by the name of core's function for it. A layer among its options is written `{ part, options }`. */
function layer(name: string, options: object): Layer {
  const make = (core as Readonly<Record<string, unknown>>)[name];
  if (typeof make !== 'function') throw new Error(`layers: got '${name}', wanted a function of core`);
  const made = Object.entries(options).map(([key, value]) => [
    key,
    isRecipe(value) ? layer(value.part, value.options) : value,
  ]);
  return make(Object.fromEntries(made)) as Layer;
}

/** A likelihood by the name of core's function for it. */
function likelihood(name: string, options: object): Likelihood {
  const make = (core as Readonly<Record<string, unknown>>)[name];
  if (typeof make !== 'function') throw new Error(`likelihoods: got '${name}', wanted a function of core`);
  return make(options) as Likelihood;
}

function isRecipe(value: unknown): value is { readonly part: string; readonly options: object } {
  return typeof value === 'object' && value !== null && 'part' in value && 'options' in value;
}

/** The functions that make optimizers. */
export const coreOptimizers = {
  adam,
  adamW,
  chain,
  clipByGlobalNorm,
  clipByValue,
  lion,
  movingAverage,
  parameterGroups,
  rmsprop,
  sgd,
};

/** Optimizers and their links, each by the name of its function. */
export type Optimizers = Readonly<typeof coreOptimizers>;

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
  layer,
  likelihood,
  local: localReparametrization,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  meanField,
  momentsProgram,
  none: noNoise,
  optimizers: coreOptimizers,
  predict,
  predictionProgram,
  separate: separateSamples,
  sgvb,
  single: singleSample,
  sparseVariational,
  structured: structuredBayesianPruning,
  summaryProgram,
  truncatedLogUniform,
  variationalDropout,
};

/** Noise models, estimators, divergences, layers, likelihoods, the objective and prediction, each by the name of its function. */
export type Models = Readonly<typeof coreModels>;
