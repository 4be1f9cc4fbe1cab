import { type Estimator, sequential } from '@vardrop/core';
import { checkOnce } from '../checkProperty.js';
import type { LawContext } from '../law.js';
import { sampleFactor } from '../law.js';
import { activations, biases, type NoiseCase, noiseCases, units, weights } from '../noiseExpectations.js';
import { every, rowsOf, sampleLayer } from '../noisyLayer.js';
import { run } from '../run.js';
import {
  covarianceThreshold,
  type Moments,
  meanThreshold,
  normalMoments,
  sampleCovariance,
  sampleMean,
  varianceThreshold,
  weightedSum,
} from '../statistics.js';

/** Samples of a pre-activation at effort `quick`. */
const samples = { local: 2 ** 16, separate: 2 ** 14, columns: 2 ** 15 } as const;

/** The terms of pre-activation j under a case's noise: one contribution from each input. */
function terms({ noise, additive }: NoiseCase, output: number, moments = noise, row: readonly number[] = activations) {
  return row.map((a, input) => ({
    weight: additive ? a : a * weights[input * units.outputs + output],
    moments: moments(input, output),
  }));
}

/** The expected moments of the pre-activations of the two outputs. */
interface Expectation {
  readonly outputs: readonly [Moments, Moments];
  readonly covariance: number;
  /** E(b₀ − Eb₀)²(b₁ − Eb₁)². */
  readonly mixed: number;
}

function expectation(each: NoiseCase, estimator: 'local' | 'other'): Expectation {
  const noise = estimator === 'local' && each.local ? each.local : each.noise;
  const [first, second] = [terms(each, 0, noise), terms(each, 1, noise)];
  const sums = [first, second].map((each, j) => {
    const moments = weightedSum(each);
    return { ...moments, mean: moments.mean + biases[j] };
  }) as [Moments, Moments];
  if (each.acts === 'inputs') {
    // One factor per input: Cov = Σ aᵢ² θᵢⱼ θᵢⱼ′ Var, and fourth cumulants add up in the same way.
    let covariance = 0;
    let cumulant = 0;
    first.forEach(({ weight, moments }, i) => {
      const product = weight * second[i].weight;
      covariance += product * moments.variance;
      cumulant += product ** 2 * (moments.fourth - 3 * moments.variance ** 2);
    });
    const mixed = cumulant + sums[0].variance * sums[1].variance + 2 * covariance ** 2;
    return { outputs: sums, covariance, mixed };
  }
  // The local estimator gives a Gaussian with the mean and variance of the sum.
  const outputs =
    estimator === 'local'
      ? (sums.map(({ mean, variance }) => normalMoments(mean, variance)) as [Moments, Moments])
      : sums;
  return { outputs, covariance: 0, mixed: outputs[0].variance * outputs[1].variance };
}

/** Compares samples of the two pre-activations with the expected moments. */
function compareMoments(
  context: LawContext,
  wanted: Expectation,
  observed: readonly [Float32Array, Float32Array],
): void {
  const { ledger } = context;
  const count = observed[0].length;
  const check = (what: string, got: number, expected: number, threshold: number, scale: number) => {
    const error = Math.abs(got - expected);
    // A backend whose error is twice the threshold fails with the same probability with which a correct one passes.
    ledger.effect(what, (2 * threshold) / scale);
    if (!(error <= threshold))
      throw new Error(`${what} of ${count} samples: got ${got}, wanted ${expected} ± ${threshold}`);
    ledger.compare(error, threshold);
  };
  wanted.outputs.forEach((moments, j) => {
    const deviation = Math.sqrt(moments.variance);
    check('mean', sampleMean(observed[j]), moments.mean, meanThreshold(moments, count), deviation);
    const variance = sampleCovariance(observed[j], observed[j]);
    check('variance', variance, moments.variance, varianceThreshold(moments, count), moments.variance);
  });
  const scale = Math.sqrt(wanted.outputs[0].variance * wanted.outputs[1].variance);
  const threshold = covarianceThreshold(wanted.covariance, wanted.mixed, count);
  check('covariance', sampleCovariance(observed[0], observed[1]), wanted.covariance, threshold, scale);
}

/** Uses many datapoints, for noise that is drawn for each datapoint. */
async function checkRows(context: LawContext, each: NoiseCase, estimator: Estimator, rows: number, index: number) {
  const layer = { model: each.model, estimator, parameters: { weights, ...each.parameters } };
  const y = await sampleLayer(context, layer, rowsOf(activations, rows), context.seed + index);
  const wanted = expectation(each, estimator.name === 'local' && each.acts === 'weights' ? 'local' : 'other');
  compareMoments(context, wanted, [every(y, 0, 2), every(y, 1, 2)]);
}

/**
 * Uses one datapoint twice and many copies of the outputs, for noise that the minibatch shares and that is independent
 * between weights.
 */
async function checkColumns(context: LawContext, each: NoiseCase, estimator: Estimator, copies: number, index: number) {
  const { ledger, seed } = context;
  const layer = { model: each.model, estimator, parameters: { weights, ...each.parameters }, copies };
  const y = await sampleLayer(context, layer, rowsOf(activations, 2), seed + index);
  const row = (m: number) => y.subarray(m * 2 * copies, (m + 1) * 2 * copies);
  const observed = (m: number) => [every(row(m), 0, 2), every(row(m), 1, 2)] as const;
  for (const m of [0, 1]) compareMoments(context, expectation(each, 'other'), observed(m));
  if (estimator.name === 'single') {
    const different = row(0).findIndex((value, i) => value !== row(1)[i]);
    if (different >= 0)
      throw new Error(
        `two equal datapoints: got ${row(0)[different]} and ${row(1)[different]}, wanted one weight sample for both`,
      );
    return;
  }
  // Random signs: Cov = 0 between datapoints, with E(b b′)² = δ δ′ + 2 Σ (aᵢ a′ᵢ σᵢⱼ²)².
  for (const output of [0, 1]) {
    const [x, z] = [observed(0)[output], observed(1)[output]];
    const parts = terms(each, output).map(({ weight, moments }) => weight ** 2 * moments.variance);
    const variance = parts.reduce((sum, part) => sum + part, 0);
    const mixed = variance ** 2 + 2 * parts.reduce((sum, part) => sum + part ** 2, 0);
    const threshold = covarianceThreshold(0, mixed, copies);
    const covariance = sampleCovariance(x, z);
    ledger.effect('covariance between datapoints', (2 * threshold) / variance);
    if (!(Math.abs(covariance) <= threshold)) {
      throw new Error(`covariance between datapoints: got ${covariance}, wanted 0 ± ${threshold}`);
    }
    ledger.compare(Math.abs(covariance), threshold);
  }
}

/**
 * The moments that core computes in closed form, `γ + bias` and `δ`. Moments of relaxed masks are within 1e-6 of their
 * integrals. In addition float32 rounds each term about ten times.
 */
async function checkClosedMoments({ backend, ledger, models }: LawContext, each: NoiseCase): Promise<void> {
  const model = sequential({
    input: [units.inputs],
    layers: [models.dense({ units: units.outputs })],
    noise: each.model,
  });
  const given: Readonly<Record<string, readonly number[]>> = { weights, bias: biases, ...each.parameters };
  const shared = Object.fromEntries(
    model.parameters.map(({ name }) => [name, Float32Array.from(given[name.split('/')[1]])]),
  );
  const rows = [activations, activations.map((_, i) => 2 - 1.25 * i)];
  const x = Float32Array.from(rows.flat());
  const [found] = await run(backend, models.momentsProgram(model), { ...shared, x }, [{}], rows.length);
  const check = (what: string, got: number, wanted: number, size: number) => {
    const bound = 4e-6 * size;
    if (!(Math.abs(got - wanted) <= bound)) throw new Error(`${what}: got ${got}, wanted ${wanted} ± ${bound}`);
    ledger.compare(Math.abs(got - wanted), bound);
  };
  rows.forEach((row, m) => {
    biases.forEach((bias, j) => {
      const at = `of row ${m}, output ${j}`;
      const own = terms(each, j, each.noise, row);
      const { mean, variance } = weightedSum(own);
      const size = own.reduce((sum, { weight, moments }) => sum + Math.abs(weight * moments.mean), Math.abs(bias));
      check(`mean ${at}`, found.mean[m * units.outputs + j], mean + bias, size);
      check(`variance ${at}`, found.variance[m * units.outputs + j], variance, variance);
    });
  });
}

/** Mean, variance and covariance of pre-activations, for every noise model under each of its estimators. */
export async function checkMoments(context: LawContext): Promise<void> {
  const factor = sampleFactor(context.effort);
  const { flipout, local, separate, single } = context.models;
  const cases = noiseCases(context.models);
  for (const each of cases) {
    await checkOnce(context, `${each.name}, closed moments`, () => checkClosedMoments(context, each));
  }
  for (const [index, each] of cases.entries()) {
    const estimators: readonly [Estimator, () => Promise<void>][] = [
      [local(), () => checkRows(context, each, local(), samples.local * factor, index)],
      [separate(), () => checkRows(context, each, separate(), samples.separate * factor, index)],
      // A factor that all outputs share has no independent columns. The law `special cases` compares it with the
      // separate estimator.
      ...(each.acts === 'weights'
        ? ([single(), flipout()].map((estimator) => [
            estimator,
            () => checkColumns(context, each, estimator, samples.columns * factor, index),
          ]) as [Estimator, () => Promise<void>][])
        : []),
    ];
    for (const [estimator, check] of estimators) {
      if (estimator.refuses(each.model) === undefined)
        await checkOnce(context, `${each.name}, ${estimator.name}`, check);
    }
  }
}
