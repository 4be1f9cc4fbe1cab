import type { NoiseModel } from '@vardrop/core';
import type { Models } from './models.js';
import { type Moments, momentsOf, normalMoments } from './statistics.js';
import { truncatedMoments } from './truncatedNormal.js';

/** Inputs and outputs of the layer that tests noise models. */
export const units = { inputs: 3, outputs: 2 } as const;

/** The layer's inputs. */
export const activations = [1.5, -0.75, 0.5];

/** The layer's weights, `[in, out]`. */
export const weights = [0.5, -1, 1.25, 0.75, -0.5, 2];

/** The layer's biases. They are deterministic, so they only shift the means. */
export const biases = [0.75, -1.25];

/** A noise model with values for its parameters, and the known properties of its noise. */
export interface NoiseCase {
  readonly name: string;
  readonly model: NoiseModel;
  /** Where its noise acts by its definition. */
  readonly acts: 'inputs' | 'weights';
  /** Values of all parameters except `weights`, row-major. */
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  /**
   * Moments of the noisy weight for input i and output j: divided by its mean, or (`additive`) of the weight itself.
   * For noise on the inputs, moments of the factor of input i.
   */
  readonly noise: (input: number, output: number) => Moments;
  readonly additive?: boolean;
  /** The same for the local estimator, if it matches only mean and variance. */
  readonly local?: (input: number, output: number) => Moments;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The elements of a parameter for input i and output j, depending on its number of values. */
function element(values: readonly number[], granularity: string | undefined, input: number, output: number): number {
  switch (granularity) {
    case 'input':
      return values[input];
    case 'output':
      return values[output];
    case 'weight':
      return values[input * units.outputs + output];
    default:
      return values[0];
  }
}

const rhos = [-0.5, -1.25, 0.75, -2, 0.25, -0.75];
const logVariances = [-1, -2, -0.5, 0.25, -3, -1.5];
const counts = { network: 1, layer: 1, input: 3, output: 2, weight: 6 } as const;

function variational(models: Models, type: 'A' | 'B', alpha: keyof typeof counts): NoiseCase {
  const rho = rhos.slice(0, counts[alpha]);
  return {
    name: `variational ${type}, α a ${alpha}`,
    model: models.variationalDropout({ type, alpha }),
    acts: type === 'A' ? 'inputs' : 'weights',
    parameters: { rho },
    noise: (i, j) => normalMoments(1, sigmoid(element(rho, alpha, i, j))),
  };
}

function gaussianWeights(name: string, model: NoiseModel): NoiseCase {
  return {
    name,
    model,
    acts: 'weights',
    parameters: { logVariance: logVariances },
    additive: true,
    noise: (i, j) => normalMoments(weights[i * units.outputs + j], Math.exp(element(logVariances, 'weight', i, j))),
  };
}

/** The relaxed mask of concrete dropout with temperature 0.1: (1 − z)/(1 − p), z = sigmoid((logit p + logit u)/0.1). */
function relaxed(rho: number): Moments {
  const found =
    relaxedMoments.get(rho) ?? momentsOf((u) => sigmoid(-(rho + Math.log(u / (1 - u))) / 0.1) * (1 + Math.exp(rho)));
  relaxedMoments.set(rho, found);
  return found;
}

/** A cache of their moments, because the integrals are expensive. */
const relaxedMoments = new Map<number, Moments>();

const gaussianOf = ({ mean, variance }: Moments) => normalMoments(mean, variance);

function learnedRates(models: Models, rates: 'layer' | 'input' | 'weight'): NoiseCase {
  const rho = rhos.slice(0, counts[rates]);
  const moments = rho.map(relaxed);
  const at = (i: number, j: number) => element(rho, rates, i, j);
  return {
    name: `Bernoulli with a rate a ${rates}`,
    model: models.bernoulliLearned({ rates }),
    acts: rates === 'weight' ? 'weights' : 'inputs',
    parameters: { rho },
    noise: (i, j) => moments[rho.indexOf(at(i, j))],
    // Wang & Manning 2013: a Gaussian with the same mean and variance.
    ...(rates === 'weight' ? { local: (i: number, j: number) => gaussianOf(moments[rho.indexOf(at(i, j))]) } : {}),
  };
}

/** Factors of the inputs whose logarithms are normal and truncated to [−20, 0] (Neklyudov et al. 2017). */
function truncated(models: Models): NoiseCase {
  const logMean = [-0.75, -0.125, -1.5];
  const logDeviation = [-0.5, -1, 0.25];
  const moments = logMean.map((mean, i) => truncatedMoments(mean, Math.exp(logDeviation[i])));
  return {
    name: 'structured pruning',
    model: models.structured(),
    acts: 'inputs',
    parameters: { logMean, logDeviation },
    noise: (i) => moments[i],
  };
}

const rate = 0.3;
const alpha = rate / (1 - rate);

/** Every noise model, with the properties that follow from its definition. */
export function noiseCases(models: Models): readonly NoiseCase[] {
  return [
    {
      name: 'Bernoulli',
      model: models.bernoulli({ rate }),
      acts: 'inputs',
      parameters: {},
      noise: () => ({ mean: 1, variance: alpha, fourth: rate + (1 - rate) * alpha ** 4 }),
    },
    {
      name: 'Gaussian A',
      model: models.gaussianDropout({ type: 'A', rate }),
      acts: 'inputs',
      parameters: {},
      noise: () => normalMoments(1, alpha),
    },
    {
      name: 'Gaussian B',
      model: models.gaussianDropout({ type: 'B', rate }),
      acts: 'weights',
      parameters: {},
      noise: () => normalMoments(1, alpha),
    },
    ...(['network', 'layer', 'input'] as const).map((each) => variational(models, 'A', each)),
    ...(['network', 'layer', 'input', 'output', 'weight'] as const).map((each) => variational(models, 'B', each)),
    gaussianWeights('sparse variational', models.sparseVariational()),
    gaussianWeights('mean field', models.meanField()),
    ...(['layer', 'input', 'weight'] as const).map((rates) => learnedRates(models, rates)),
    truncated(models),
  ];
}
