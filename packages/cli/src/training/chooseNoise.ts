import {
  ard,
  bernoulli,
  bernoulliLearned,
  type Divergence,
  type Estimator,
  flipout,
  gaussianDropout,
  gaussianPrior,
  localReparametrization,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  meanField,
  type NoiseModel,
  noNoise,
  separateSamples,
  singleSample,
  sparseVariational,
  structuredBayesianPruning,
  truncatedLogUniform,
  VardropError,
  variationalDropout,
} from '@vardrop/core';
import type { DivergenceName, EstimatorName, NoiseName } from '../choices.js';
import type { TrainOptions } from '../trainOptions.js';

/** The options that choose the noise of a network. */
export type NoiseOptions = Pick<TrainOptions, 'noise' | 'alpha' | 'estimator' | 'divergence' | 'rate'>;

/** Where a layer with weights is: on the input, or after another. */
export type Side = keyof typeof fixedRates;

/** Fixed rates of the paper's figure 1: less noise on the input than on hidden units. */
const fixedRates = { input: 0.2, hidden: 0.5 };

/** Initial value of learned rates: low everywhere, so that learning is visible. */
const startRate = 0.2;

const estimators: Readonly<Record<EstimatorName, () => Estimator>> = {
  local: localReparametrization,
  separate: separateSamples,
  single: singleSample,
  flipout,
};

/** The estimator of the options. */
export function chooseEstimator({ estimator = 'local' }: NoiseOptions): Estimator {
  return estimators[estimator]();
}

/** Noise models without a rate. */
const withoutRate: readonly NoiseName[] = ['none', 'sparse', 'mean-field', 'structured'];

/**
 * The noise of a layer.
 *
 * @throws VardropError `VARDROP_RATE` and `VARDROP_ALPHA` for what the noise model does not have.
 */
export function chooseNoise(options: NoiseOptions, side: Side): NoiseModel {
  const { noise, alpha } = options;
  if (options.rate !== undefined && withoutRate.includes(noise)) {
    throw new VardropError(
      'VARDROP_RATE',
      `[vardrop train] --rate: got ${options.rate} with --noise ${noise}, needs noise that has a rate. Leave it out.`,
    );
  }
  const rate = options.rate ?? (noise.startsWith('variational') ? startRate : fixedRates[side]);
  switch (noise) {
    case 'none':
      return withoutAlpha(options, noNoise());
    case 'bernoulli':
      return withoutAlpha(options, bernoulli({ rate }));
    case 'gaussian-a':
      return withoutAlpha(options, gaussianDropout({ type: 'A', rate }));
    case 'gaussian-b':
      return withoutAlpha(options, gaussianDropout({ type: 'B', rate }));
    case 'variational-a':
      return variationalDropout({ type: 'A', alpha: alpha ?? 'input', rate } as Parameters<
        typeof variationalDropout
      >[0]);
    case 'variational-b':
      return variationalDropout({ type: 'B', alpha: alpha ?? 'input', rate });
    case 'sparse':
      return withoutAlpha(options, sparseVariational());
    case 'mean-field':
      return withoutAlpha(options, meanField());
    case 'structured':
      return withoutAlpha(options, structuredBayesianPruning());
    case 'bernoulli-learned':
      if (alpha === 'network' || alpha === 'output') refuseAlpha(options, 'layer, input or weight');
      return bernoulliLearned({ rates: alpha ?? 'input', rate: options.rate });
  }
}

/** Refuses `--alpha` for noise with a fixed α, or with one α per weight in any case. */
function withoutAlpha(options: NoiseOptions, noise: NoiseModel): NoiseModel {
  if (options.alpha !== undefined && options.alpha !== noise.alpha) {
    refuseAlpha(options, noise.alpha === undefined ? 'no --alpha, since it learns none' : `'${noise.alpha}'`);
  }
  return noise;
}

function refuseAlpha({ alpha, noise }: NoiseOptions, needs: string): never {
  throw new VardropError(
    'VARDROP_ALPHA',
    `[vardrop train] --alpha: got '${alpha}' with --noise ${noise}, needs ${needs}.`,
  );
}

/** The chosen divergence; by default that of the noise, if it learns. */
export function chooseDivergence({ noise, divergence }: NoiseOptions): Divergence | null {
  const chosen = divergence ?? defaultDivergences[noise] ?? 'none';
  switch (chosen) {
    case 'none':
      return null;
    case 'exact':
      return logUniformExact();
    case 'cubic':
      return logUniformCubic();
    case 'sigmoid':
      return logUniformSigmoid();
    case 'ard':
      return ard();
    case 'truncated':
      return truncatedLogUniform();
    case 'gaussian':
      return gaussianPrior({ sigma: noise === 'mean-field' ? weightDeviation : 1 });
  }
}

/**
 * Standard deviation of the Gaussian prior of mean-field weights: the size of trained weights of such networks. For
 * noise that multiplies it is 1: the size of the factors of type A, and for learned Bernoulli rates a prior that leaves
 * the means of the weights to the data (Gal, Hron & Kendall 2017 use wider ones still).
 */
const weightDeviation = 0.1;

const defaultDivergences: Partial<Record<NoiseName, DivergenceName>> = {
  'variational-a': 'exact',
  'variational-b': 'exact',
  sparse: 'exact',
  'mean-field': 'gaussian',
  'bernoulli-learned': 'gaussian',
  structured: 'truncated',
};
