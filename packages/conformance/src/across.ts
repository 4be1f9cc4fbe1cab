import type { Backend } from '@vardrop/core';
import { createBuilder } from '@vardrop/core/program';
import { gradientInputs, gradientKeys, gradientProgram, problem } from './gradientProblem.js';
import { klFormulas } from './klFormulas.js';
import { coreModels } from './models.js';
import { run } from './run.js';
import { defaultSeed } from './runLaw.js';
import { sampleCovariance } from './statistics.js';

/** The quantities that are compared between backends, on the same noise. */
export interface Measurements {
  readonly backend: string;
  /** Variance of each estimator's gradient with respect to each mean and each log σ². */
  readonly gradientVariances: readonly number[];
  /** KL in nats of one weight, for three divergences over a range of α. */
  readonly kl: readonly number[];
  readonly ulps: Backend['supports']['ulps'];
}

/** Samples of each gradient. */
const samples = 2 ** 13;
const logAlphas = Array.from({ length: 61 }, (_, i) => Math.fround(-15 + i / 2));
const forms = ['exact', 'sigmoid', 'ard'] as const;

/** Measures gradient variances and KLs on a backend. Equal seeds give equal noise. */
export async function measure(name: string, backend: Backend, seed = defaultSeed): Promise<Measurements> {
  const gradientVariances: number[] = [];
  for (const estimator of ['local', 'separate', 'single', 'flipout'] as const) {
    const program = gradientProgram(coreModels, coreModels[estimator](), samples);
    const { iteration, shared } = gradientInputs(samples);
    const iterations = [{ inputs: iteration, keys: gradientKeys(program, seed) }];
    const [found] = await run(backend, program, shared, iterations, problem.x.length);
    for (const values of [found.means, found.logVariances]) {
      for (let input = 0; input < problem.means.length; input++) {
        const own = values.subarray(input * samples, (input + 1) * samples);
        gradientVariances.push(sampleCovariance(own, own));
      }
    }
  }
  const { logUniformExact, logUniformSigmoid, ard, sparseVariational } = coreModels;
  const kl: number[] = [];
  for (const divergence of [logUniformExact(), logUniformSigmoid(), ard()]) {
    const b = createBuilder('kl');
    const parameters = {
      weights: b.constant(1, [1, 1]),
      logVariance: b.input('logVariance', [1, 1], 'iteration'),
    };
    const posterior = sparseVariational().posterior?.(b, parameters, [1, 1]);
    if (!posterior) throw new Error('sparse variational noise has no posterior');
    b.output('kl', divergence.kl(b, posterior));
    const iterations = logAlphas.map((value) => ({ inputs: { logVariance: Float32Array.of(value) } }));
    for (const outputs of await run(backend, b.build(), {}, iterations)) kl.push(outputs.kl[0]);
  }
  return {
    backend: name,
    gradientVariances,
    kl,
    ulps: backend.supports.ulps,
  };
}

/**
 * The largest relative difference of two backends' measurements, and how it compares with the error that rounding
 * allows.
 */
export interface Difference {
  readonly largest: number;
  /** Largest ratio of difference to bound. Up to 1 is correct. */
  readonly ratio: number;
}

/** Differences between two backends. */
export interface PairDifferences {
  readonly gradientVariance: Difference;
  readonly kl: Difference;
}

/** Largest standard normal of a float32 stream. */
const largestNormal = 6;

/**
 * The error that each gradient of `gradientVariances` may have, relative to its deviation: this many roundings of the
 * size of its terms. |sd(g) − sd(h)| ≤ sd(g − h).
 */
function gradientRoundings(ulps: Measurements['ulps']): number {
  return 40 + 4 * (ulps.exp + ulps.sqrt + ulps.div) + 8;
}

function gradientTerms(input: number, inLogVariance: boolean): number {
  const { x, means, deviations, linear, quadratic, scale } = problem;
  let sum = 0;
  x.forEach((row, m) => {
    const size = row.reduce(
      (total, a, k) => total + Math.abs(a) * (Math.abs(means[k]) + largestNormal * deviations[k]),
      0,
    );
    const slope = Math.abs(linear[m]) + Math.abs(quadratic[m]) * size;
    sum += Math.abs(row[input]) * slope * (inLogVariance ? (largestNormal * deviations[input]) / 2 : 1);
  });
  return scale * sum;
}

/** Compares measurements of two backends that use the same seed. */
export function compareMeasurements(first: Measurements, second: Measurements): PairDifferences {
  const unit = 2 ** -24;
  const roundings = gradientRoundings(first.ulps) + gradientRoundings(second.ulps);
  const inputs = problem.means.length;
  const variance = largestOf(
    first.gradientVariances.map((value, i) => {
      const terms = gradientTerms(i % inputs, Math.floor(i / inputs) % 2 === 1);
      const relative = (2 * unit * roundings * terms) / Math.sqrt(value);
      return { difference: Math.abs(value - second.gradientVariances[i]) / value, bound: relative };
    }),
  );
  const kl = largestOf(
    first.kl.map((value, i) => {
      const logAlpha = logAlphas[i % logAlphas.length];
      const point = klFormulas[forms[Math.floor(i / logAlphas.length)]](logAlpha);
      // The same bound as in the law of the KL.
      const bound = 3e-6 * point.valueTerms + 2 * unit * (3 + 2 * Math.abs(logAlpha)) * point.derivativeTerms;
      return { difference: Math.abs(value - second.kl[i]) / point.valueTerms, bound: (2 * bound) / point.valueTerms };
    }),
  );
  return { gradientVariance: variance, kl };
}

function largestOf(entries: readonly { readonly difference: number; readonly bound: number }[]): Difference {
  let [largest, ratio] = [0, 0];
  for (const { difference, bound } of entries) {
    // NaN counts as the largest difference.
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    ratio = Math.max(ratio, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / bound);
  }
  return { largest, ratio };
}
