import {
  dense,
  type Estimator,
  gaussianDropout,
  localReparametrization,
  meanField,
  type NoiseModel,
  separateSamples,
  sequential,
  singleSample,
} from '@vardrop/core';
import { keyNames } from '@vardrop/core/extend';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { meanOf } from '../src/statistics/estimate.js';
import { createSpreadMeter } from '../src/variance/measureSpread.js';
import { conditionalVariance } from '../src/variance/spreadProgram.js';
import { welfordProgram } from '../src/variance/welfordProgram.js';
import { withParameters } from '../src/variance/withParameters.js';

/** One linear layer, three datapoints, `loss = Σ_m c_m b_m + ½ d_m b_m²`; K_mn has both signs. */
const x = [
  [1, -0.5, 2],
  [-1.5, 1, 0.5],
  [0.5, 1.25, -1],
];
const c = [0.5, -1, 0.25];
const d = [1, 0.5, 2];
const means = [0.5, -1, 0.75];
const deviations = [0.5, 0.75, 0.25];
const alpha = 0.5;

/** Outputs with equal weights and noise of their own: so many draws at once. */
const copies = 64;
const groups = 60;
const drawsPerGroup = 10;

/** Standard errors that a mean of so many groups is off by less than once in 100,000 cases (Student’s t); the seed is fixed. */
const threshold = 5;

const sum = (count: number, term: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => term(i)).reduce((total, value) => total + value, 0);
const average = (term: (i: number) => number) => sum(3, term) / 3;
const indices = [0, 1, 2];

/** Group variances of the gradients of a linear layer, averaged over its weights. */
async function measure(estimator: Estimator, noise: NoiseModel, chunk = 3) {
  const model = sequential({
    input: [3],
    layers: [dense({ units: copies, bias: false })],
    noise,
    estimator,
    divergence: null,
  });
  const learned = model.parameters.map(({ name }) => name);
  const program = welfordProgram((b) => {
    const inputs = b.input('x', ['batch', 3], 'iteration');
    const linear = b.input('c', ['batch', 1], 'iteration');
    const quadratic = b.input('d', ['batch', 1], 'iteration');
    const parameters = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
    const output = model.apply(b, inputs, parameters, 'sample');
    const loss = b.reduceSum(b.add(b.mul(linear, output), b.mul(b.mul(0.5, quadratic), b.square(output))));
    return {
      loss,
      groups: Object.fromEntries(learned.map((name) => [name, parameters[name]])),
      sums: {
        conditional: conditionalVariance(b, {
          loss,
          output,
          inputs,
          weights: parameters['dense1/weights'],
          alpha: b.constant(alpha),
        }),
      },
    };
  });
  const repeat = (column: readonly number[]) => ({
    shape: [3, copies],
    data: Float32Array.from(column.flatMap((value) => new Array<number>(copies).fill(value))),
  });
  const backend = createReferenceBackend();
  const values = {
    'dense1/weights': repeat(means),
    'dense1/logVariance': repeat(deviations.map((sigma) => 2 * Math.log(sigma))),
  };
  const spreads = await withParameters(backend, values, async (shared) => {
    const meter = await createSpreadMeter(backend, program, { rows: 3, chunk });
    const signal = new AbortController().signal;
    const rows = {
      x: { data: Float32Array.from(x.flat()), width: 3 },
      c: { data: Float32Array.from(c), width: 1 },
      d: { data: Float32Array.from(d), width: 1 },
    };
    const measured = [];
    for (let group = 0; group < groups; group++) {
      const draws = Array.from({ length: drawsPerGroup }, (_, i) => {
        const ofDraw = random.foldIn(random.key(11), group * drawsPerGroup + i);
        const keys = keyNames(program).map((name, k) => [name, { words: random.foldIn(ofDraw, k) }] as const);
        return { rows, keys: Object.fromEntries(keys) };
      });
      measured.push(await meter.run(shared, draws, { signal }));
    }
    meter.dispose();
    return measured;
  });
  expect(backend.liveTensors()).toBe(0);
  return spreads;
}

/** Holds the mean of group variances against what it should be, and says how small an error it would have seen. */
function expectMean(values: readonly number[], expected: number): void {
  const { value, error } = meanOf(values);
  expect(error / expected).toBeLessThan(0.03);
  expect(Math.abs(value - expected) / error).toBeLessThan(threshold);
}

describe('spread of gradients against closed forms', () => {
  const gamma = (m: number) => sum(3, (k) => x[m][k] * means[k]);

  describe('additive noise (gradients in the means and in log σ²)', () => {
    const delta = (m: number) => sum(3, (k) => (x[m][k] * deviations[k]) ** 2);
    const slope = (m: number) => c[m] + d[m] * gamma(m);
    const covariance = (m: number, n: number) => sum(3, (k) => x[m][k] * x[n][k] * deviations[k] ** 2);
    // ∂log σ² = ½ σ ∂σ.
    const ofLogVariance = (i: number, varianceInSigma: number) => (deviations[i] / 2) ** 2 * varianceInSigma;
    const alone = average((i) => sum(3, (m) => x[m][i] ** 2 * d[m] ** 2 * delta(m)));

    it('local', async () => {
      const spreads = await measure(localReparametrization(), meanField());
      expectMean(
        spreads.map(({ variances }) => variances['dense1/weights']),
        alone,
      );
      const inSigma = (i: number) =>
        sum(3, (m) => ((x[m][i] ** 4 * deviations[i] ** 2) / delta(m)) * (slope(m) ** 2 + 2 * d[m] ** 2 * delta(m)));
      expectMean(
        spreads.map(({ variances }) => variances['dense1/logVariance']),
        average((i) => ofLogVariance(i, inSigma(i))),
      );
    });

    it('separate', async () => {
      const spreads = await measure(separateSamples(), meanField());
      expectMean(
        spreads.map(({ variances }) => variances['dense1/weights']),
        alone,
      );
      const inSigma = (i: number) =>
        sum(3, (m) => x[m][i] ** 2 * (slope(m) ** 2 + d[m] ** 2 * (delta(m) + x[m][i] ** 2 * deviations[i] ** 2)));
      expectMean(
        spreads.map(({ variances }) => variances['dense1/logVariance']),
        average((i) => ofLogVariance(i, inSigma(i))),
      );
    });

    it('single', async () => {
      const spreads = await measure(singleSample(), meanField());
      expectMean(
        spreads.map(({ variances }) => variances['dense1/weights']),
        average((i) => sum(3, (m) => sum(3, (n) => x[m][i] * d[m] * covariance(m, n) * d[n] * x[n][i]))),
      );
      const linear = (i: number) => sum(3, (m) => x[m][i] * slope(m));
      const mixed = (i: number, k: number) => sum(3, (m) => x[m][i] * d[m] * x[m][k] * deviations[k]);
      expectMean(
        spreads.map(({ variances }) => variances['dense1/logVariance']),
        average((i) => ofLogVariance(i, linear(i) ** 2 + sum(3, (k) => mixed(i, k) ** 2) + mixed(i, i) ** 2)),
      );
    });
  });

  describe('noise of type B, whose size moves with θ', () => {
    // The gradient in θ_i is Σ_m a_mi (G_m + Σ_k t_mk ε_mk)(1 + √α ε_mi) with t_mk = d_m a_mk √α θ_k.
    const root = Math.sqrt(alpha);
    const slope = (m: number) => c[m] + d[m] * gamma(m);
    const t = (m: number, k: number) => d[m] * x[m][k] * root * means[k];
    const others = (i: number, term: (k: number) => number) =>
      indices.filter((k) => k !== i).reduce((total, k) => total + term(k), 0);
    const quadratic = (i: number, coefficient: (k: number) => number, constant: number) =>
      (1 + alpha) * others(i, (k) => coefficient(k) ** 2) +
      (coefficient(i) + root * constant) ** 2 +
      2 * alpha * coefficient(i) ** 2;
    const separateVariance = average((i) => sum(3, (m) => x[m][i] ** 2 * quadratic(i, (k) => t(m, k), slope(m))));
    const localVariance = average((i) =>
      sum(3, (m) => {
        const delta = sum(3, (k) => alpha * (x[m][k] * means[k]) ** 2);
        const u = (x[m][i] * root * means[i]) / Math.sqrt(delta);
        const spread = d[m] * Math.sqrt(delta);
        return x[m][i] ** 2 * ((spread + root * u * slope(m)) ** 2 + 2 * alpha * u ** 2 * spread ** 2);
      }),
    );
    const singleVariance = average((i) =>
      quadratic(
        i,
        (k) => sum(3, (m) => x[m][i] * t(m, k)),
        sum(3, (m) => x[m][i] * slope(m)),
      ),
    );
    const noise = gaussianDropout({ type: 'B', rate: alpha / (1 + alpha) });
    const weightVariances = (spreads: Awaited<ReturnType<typeof measure>>) =>
      spreads.map(({ variances }) => variances['dense1/weights']);

    it('local, and its conditional variance makes up for separate samples', async () => {
      const spreads = await measure(localReparametrization(), noise);
      expectMean(weightVariances(spreads), localVariance);
      expectMean(
        spreads.map(({ totals }) => totals.conditional / drawsPerGroup),
        separateVariance - localVariance,
      );
    });

    it('separate', async () => expectMean(weightVariances(await measure(separateSamples(), noise)), separateVariance));

    it('single', async () => expectMean(weightVariances(await measure(singleSample(), noise)), singleVariance));

    it('separate in chunks of rows is the same, with the same noise', async () => {
      const whole = weightVariances(await measure(separateSamples(), noise));
      const parts = weightVariances(await measure(separateSamples(), noise, 1));
      for (const [i, value] of parts.entries()) expect(value / whole[i]).toBeCloseTo(1, 10);
    });
  });
});
