import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binary,
  createNetwork,
  dense,
  deserializeNetwork,
  fit,
  gaussian,
  lastLayerLaplace,
  type Network,
  poisson,
  sequential,
  variationalDropout,
} from '../../src/index.js';
import { headsOf } from '../../src/likelihoods/heads.js';
import { fitCovariance } from '../../src/network/laplace/fitCovariance.js';
import { lastLayerOf } from '../../src/network/laplace/lastLayer.js';
import { sumCurvature } from '../../src/network/laplace/sumCurvature.js';
import { readDataset } from '../../src/training/data.js';
import { blobs } from '../training/helpers.js';
import { backend, bits } from './helpers.js';

const { regression, classes } = JSON.parse(
  readFileSync(new URL('../../fixtures/last_layer.json', import.meta.url), 'utf8'),
);

type Matrix = readonly (readonly number[])[];

/** Largest difference of matrices, relative to the largest number. */
function difference(actual: Matrix, expected: Matrix): number {
  const [a, e] = [actual.flat(), expected.flat()];
  expect(a.length).toBe(e.length);
  return Math.max(...a.map((value, i) => Math.abs(value - e[i]))) / Math.max(...e.map(Math.abs));
}

/** `L Lᵀ` of `[size, size]`. */
const squared = (lower: ArrayLike<number>, size: number): Matrix =>
  Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += lower[i * size + k] * lower[j * size + k];
      return sum;
    }),
  );

/** A network with these layers of weights and biases, `[[weights, bias], …]`. */
function networkOf(model: Network['model'], layers: readonly (readonly [Matrix, readonly number[]])[]) {
  const parameters = Object.fromEntries(
    layers.flatMap(([weights, bias], i) => [
      [`dense${i + 1}/weights`, { shape: [weights.length, bias.length], data: Float32Array.from(weights.flat()) }],
      [`dense${i + 1}/bias`, { shape: [bias.length], data: Float32Array.from(bias) }],
    ]),
  );
  return createNetwork(model, { backend, parameters });
}

const linear = networkOf(
  sequential({ input: [3], layers: [dense({ units: 2 })], likelihood: gaussian({ variance: regression.variance }) }),
  [
    [
      [
        [1, 0],
        [0, 1],
        [2, -1],
      ],
      [0.5, -0.5],
    ],
  ],
);
const data = {
  inputs: regression.inputs.flat() as number[],
  targets: regression.targets.flat() as number[],
  weights: regression.weights as number[],
};
const small = networkOf(
  sequential({ input: [3], layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 4 })] }),
  classes.layers,
);
const labels = { inputs: classes.inputs.flat() as number[], targets: classes.labels as number[] };

describe('Bayesian linear regression', () => {
  /** What the layer's sums are, in float64. */
  const sums = () => {
    const f = regression.inputs.map((row: number[]) => [...row, 1]);
    const each = (act: (row: number, c: number) => (d: number, e: number) => number) =>
      [0, 1].flatMap((c) =>
        [0, 1, 2, 3].flatMap((d) =>
          [0, 1, 2, 3].map((e) => f.reduce((sum: number, _: unknown, row: number) => sum + act(row, c)(d, e), 0)),
        ),
      );
    const precision = (row: number, c: number) => regression.weights[row] / regression.variance[c];
    const moment = [0, 1, 2, 3].flatMap((d) =>
      [0, 1].map((c) =>
        f.reduce(
          (sum: number, own: number[], row: number) => sum + own[d] * precision(row, c) * regression.targets[row][c],
          0,
        ),
      ),
    );
    return {
      blocks: Float64Array.from(each((row, c) => (d, e) => f[row][d] * f[row][e] * precision(row, c))),
      moment: Float64Array.from(moment),
    };
  };
  const given = { sums: sums(), rows: 4, columns: 2, count: 1, weights: new Float64Array(8) };

  it('has the posterior of the closed form', () => {
    const { tensors, mean = new Float64Array() } = fitCovariance(given, 'full').finish(regression.precision);
    expect(
      difference([[...mean]], [[0, 1, 2, 3].flatMap((d) => regression.means.map((each: number[]) => each[d]))]),
    ).toBeLessThan(1e-10);
    // The factor is stored as float32.
    for (const c of [0, 1])
      expect(difference(squared(tensors.factor.data.subarray(16 * c), 4), regression.covariances[c])).toBeLessThan(
        1e-6,
      );
  });

  it('has the evidence of the closed form, but for what does not depend on the precision', () => {
    const { evidence } = fitCovariance(given, 'full');
    const found = regression.precisions.map((each: number) => evidence(each) - evidence(1));
    const at = regression.precisions.indexOf(0.7);
    regression.evidences.forEach((expected: number, i: number) => {
      expect(found[i] - found[at]).toBeCloseTo(expected - regression.evidences[at], 9);
    });
  });

  it('replaces the weights by their mean, in any order of rows', async () => {
    const fitted = await lastLayerLaplace(linear, { data, prior: regression.precision, batch: 7 });
    const { posterior, parameters } = fitted;
    expect(posterior?.settings).toMatchObject({ covariance: 'full', blocks: 2, precision: regression.precision });
    const mean = [...parameters['dense1/weights'].data, ...parameters['dense1/bias'].data];
    expect(
      difference([mean], [[0, 1, 2, 3].flatMap((d) => regression.means.map((each: number[]) => each[d]))]),
    ).toBeLessThan(1e-5);
    const reversed = (values: readonly number[], width: number) =>
      Array.from({ length: values.length / width }, (_, row) =>
        values.slice(values.length - (row + 1) * width).slice(0, width),
      ).flat();
    const other = {
      inputs: reversed(data.inputs, 3),
      targets: reversed(data.targets, 2),
      weights: [...data.weights].reverse(),
    };
    const again = await lastLayerLaplace(linear, { data: other, prior: regression.precision });
    again.posterior?.tensors.factor.data.forEach((value, i) => {
      expect(value).toBeCloseTo(posterior?.tensors.factor.data[i] ?? Number.NaN, 5);
    });
  });

  it('predicts with the variance of the closed form', async () => {
    const fitted = await lastLayerLaplace(linear, { data, prior: regression.precision });
    const prediction = await fitted.predict([1, -2, 0.5], { samples: 20_000 });
    if (prediction.kind !== 'regression') return expect.unreachable();
    for (const c of [0, 1]) {
      const f = [1, -2, 0.5, 1];
      const variance = f.reduce(
        (sum, a, i) => sum + f.reduce((s, b, j) => s + a * b * regression.covariances[c][i][j], 0),
        0,
      );
      // Five standard errors of a variance of 20,000 samples.
      expect(Math.abs(prediction.epistemicVariance[c] / variance - 1)).toBeLessThan(0.05);
      expect(prediction.aleatoricVariance[c]).toBeCloseTo(regression.variance[c], 6);
    }
  });
});

describe('the last layer of a classifier', () => {
  it.each([
    ['full', 'full'],
    ['diagonal', 'diag'],
    ['kronecker', 'kron'],
  ] as const)('has the %s covariance of laplace-torch, or of its definition', async (covariance, name) => {
    const { posterior } = await lastLayerLaplace(small, {
      data: labels,
      prior: classes.precision,
      covariance,
      batch: 8,
    });
    const tensors = posterior?.tensors ?? {};
    const found = () => {
      if (covariance === 'full') return squared(tensors.factor.data, 24);
      const scale = [...tensors.deviation.data];
      if (covariance === 'diagonal') return scale.map((d, i) => scale.map((_, j) => (i === j ? d * d : 0)));
      const [left, right] = [tensors.left.data, tensors.right.data];
      // Row (d, c) of the factor: Q_A[d, a] Q_B[c, b] scale[a, b].
      const factor = scale.flatMap((_, i) =>
        scale.map((s, k) => left[Math.floor(i / 4) * 6 + Math.floor(k / 4)] * right[(i % 4) * 4 + (k % 4)] * s),
      );
      return squared(factor, 24);
    };
    expect(difference(found(), classes.covariances[name])).toBeLessThan(2e-5);
  });

  it.each([
    ['full', 'full'],
    ['diagonal', 'diag'],
  ] as const)(
    'has the %s evidence of laplace-torch, and the precision where it is largest',
    async (covariance, name) => {
      const { model, parameters } = small;
      const last = lastLayerOf(model);
      const read = readDataset('test', model, headsOf('test', model), labels);
      const about = { backend, parameters, data: read, covariance, batch: 30, signal: undefined };
      const sums = await sumCurvature(model, last, about);
      const weights = Float64Array.from(classes.layers[1].flat(2));
      const { evidence } = fitCovariance({ sums, rows: 6, columns: 4, count: 30, weights }, covariance);
      const [first, ...others] = classes.precisions.map((precision: number) => evidence(precision));
      others.forEach((value: number, i: number) => {
        expect(value - first).toBeCloseTo(classes.evidences[name][i + 1] - classes.evidences[name][0], 4);
      });
      const { posterior } = await lastLayerLaplace(small, { data: labels, covariance });
      const best = posterior?.settings.precision as number;
      for (const factor of [0.9, 1.1]) expect(evidence(best * factor)).toBeLessThan(evidence(best));
    },
  );

  it('spreads more the further a row is from the data, and is the same after a file', async () => {
    const model = sequential({
      input: [2],
      noise: variationalDropout({ type: 'A', alpha: 'input' }),
      layers: [dense({ units: 9, activation: 'relu' }), dense({ units: 2 })],
    });
    const { network } = await fit(model, { backend, data: blobs(), epochs: 5, batch: 8 });
    const fitted = await lastLayerLaplace(network, { data: blobs() });
    expect(fitted.model.parameters.map(({ name }) => name)).not.toContain('dense2/rho');
    const again = deserializeNetwork(fitted.toBytes(), { backend });
    expect(bits(await again.predict([1, 2]))).toEqual(bits(await fitted.predict([1, 2])));
  });

  it('has a variance that grows along every ray, for a ReLU network', async () => {
    const model = sequential({
      input: [3],
      layers: [dense({ units: 20, activation: 'relu' }), dense({ units: 1 })],
      likelihood: gaussian(),
    });
    const { network } = await fit(model, {
      backend,
      data: { inputs: data.inputs, targets: data.inputs.filter((_, i) => i % 3 === 0) },
      epochs: 2,
    });
    const fitted = await lastLayerLaplace(network, {
      data: { inputs: data.inputs, targets: data.inputs.filter((_, i) => i % 3 === 0) },
    });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0.5, max: 1, noNaN: true }))),
        async (direction) => {
          const ray = [10, 100, 1000].flatMap((t) => direction.map((d) => t * d));
          const prediction = await fitted.predict(ray, { samples: 64 });
          if (prediction.kind !== 'regression') return expect.unreachable();
          const [near, far, farther] = prediction.epistemicVariance;
          expect(far / near).toBeGreaterThan(30);
          expect(farther / far).toBeGreaterThan(30);
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('a last layer that cannot have it', () => {
  const code = 'VARDROP_LAPLACE';
  const of = (options: object) => sequential({ input: [3], layers: [dense({ units: 2 })], ...options } as never);
  const make = (model: Network['model']) =>
    networkOf(model, [
      [
        [
          [1, 0],
          [0, 1],
          [2, -1],
        ],
        [0.5, -0.5],
      ],
    ]);

  it('is refused', async () => {
    const counts = { inputs: data.inputs, targets: data.targets.map((y) => Math.round(Math.abs(y))) };
    await expect(lastLayerLaplace(make(of({ likelihood: poisson() })), { data: counts })).rejects.toMatchObject({
      code,
    });
    const sigmoid = of({ layers: [dense({ units: 2, activation: 'sigmoid' })] });
    await expect(lastLayerLaplace(make(sigmoid), { data: labels })).rejects.toMatchObject({ code });
    const once = await lastLayerLaplace(linear, { data });
    await expect(lastLayerLaplace(once, { data })).rejects.toMatchObject({ code });
    const missing = make(of({ likelihood: gaussian({ variance: 1, missing: 'skip' }) }));
    const gaps = { inputs: data.inputs, targets: data.targets.map((y, i) => (i === 3 ? Number.NaN : y)) };
    await expect(lastLayerLaplace(missing, { data: gaps })).rejects.toMatchObject({ code });
  });

  it.each([{ prior: 0 }, { prior: Number.NaN }, { covariance: 'other' }, { batch: 0.5 }, { rank: 3 }])(
    'refuses %o',
    async (options) => {
      await expect(lastLayerLaplace(linear, { data, ...options } as never)).rejects.toMatchObject({
        code: 'VARDROP_OPTION',
      });
    },
  );

  it('works for yes and no', async () => {
    const yes = { inputs: data.inputs, targets: data.targets.map((y) => (y > 0 ? 1 : 0)) };
    const fitted = await lastLayerLaplace(make(of({ likelihood: binary() })), { data: yes, prior: 1 });
    const prediction = await fitted.predict([-100.5, 50.5, 50, -0.5, 0.5, 0]);
    if (prediction.kind !== 'binary') return expect.unreachable();
    expect(prediction.mutualInformation[0]).toBeGreaterThan(prediction.mutualInformation[2]);
  });
});
