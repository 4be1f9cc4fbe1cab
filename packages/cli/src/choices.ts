import type { ConformalScore, SelectiveMeasure } from '@vardrop/core';
import type { SparsityModel } from '@vardrop/experiments';

/**
 * Backends that `--backend` takes; `reference` computes in float64, for checking rather than for speed. The `webgpu` backends
 * need a graphics card and, except `onnx:webgpu`, the package `webgpu`.
 */
export const backends = [
  'wasm',
  'tfjs:wasm',
  'tfjs:cpu',
  'tfjs:webgpu',
  'onnx:wasm',
  'onnx:native',
  'onnx:webgpu',
  'gpujs:webasm',
  'gpujs:cpu',
  'gpujs:webgpu',
  'reference',
] as const;

/** Noise models that `--noise` takes. */
export const noises = [
  'none',
  'bernoulli',
  'gaussian-a',
  'gaussian-b',
  'variational-a',
  'variational-b',
  'sparse',
  'mean-field',
  'bernoulli-learned',
  'structured',
] as const;

/** What one α (or one learned rate) belongs to: `--alpha`. */
export const alphas = ['network', 'layer', 'input', 'output', 'weight'] as const;

/** How weight noise is sampled: `--estimator`. */
export const estimators = ['local', 'separate', 'single', 'flipout'] as const;

/** Forms of the KL term: `--divergence`. */
export const divergences = ['none', 'exact', 'cubic', 'sigmoid', 'ard', 'gaussian', 'truncated'] as const;

/** Likelihoods that `--likelihood` takes. */
export const likelihoods = [
  'categorical',
  'binary',
  'ordinal',
  'gaussian',
  'heteroscedastic',
  'laplace',
  'student-t',
  'poisson',
] as const;

/** How `vardrop calibrate` calibrates: `--method`. */
export const calibrationMethods = ['conformal', 'selective', 'temperature', 'isotonic'] as const;

/** How sets and intervals are made: `--score`. */
export const conformalScores = [
  'threshold',
  'aps',
  'raps',
  'absolute',
  'scaled',
  'quantile',
] as const satisfies readonly ConformalScore[];

/** What rows are accepted by: `--measure`. */
export const selectiveMeasures = [
  'entropy',
  'mutualInformation',
  'confidence',
  'variance',
  'epistemicVariance',
] as const satisfies readonly SelectiveMeasure[];

/** Networks of `vardrop reproduce sparsity`: `--model`. */
export const sparsityModels = ['lenet-300-100', 'lenet-5'] as const satisfies readonly SparsityModel[];

/** A name of {@link backends}. */
export type BackendName = (typeof backends)[number];
/** A name of {@link noises}. */
export type NoiseName = (typeof noises)[number];
/** A name of {@link alphas}. */
export type AlphaName = (typeof alphas)[number];
/** A name of {@link estimators}. */
export type EstimatorName = (typeof estimators)[number];
/** A name of {@link likelihoods}. */
export type LikelihoodName = (typeof likelihoods)[number];
/** A name of {@link divergences}. */
export type DivergenceName = (typeof divergences)[number];
