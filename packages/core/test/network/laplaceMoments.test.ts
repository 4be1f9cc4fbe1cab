import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { momentsProgram } from '../../src/extend.js';
import {
  createNetwork,
  dense,
  ensemble,
  fit,
  gaussian,
  lastLayerLaplace,
  type RegressionPrediction,
  sequential,
  sparseVariational,
} from '../../src/index.js';
import * as random from '../../src/random/index.js';
import { backend } from './helpers.js';

const { regression } = JSON.parse(readFileSync(new URL('../../fixtures/last_layer.json', import.meta.url), 'utf8')) as {
  regression: {
    variance: number[];
    precision: number;
    inputs: number[][];
    targets: number[][];
    weights: number[];
    covariances: number[][][];
  };
};

describe("last-layer Laplace with mode 'moments'", () => {
  it('has the closed predictive of Bayesian linear regression (numpy)', async () => {
    const model = sequential({
      input: [3],
      layers: [dense({ units: 2 })],
      likelihood: gaussian({ variance: regression.variance }),
    });
    const parameters = {
      'dense1/weights': { shape: [3, 2], data: new Float32Array(6).fill(0.1) },
      'dense1/bias': { shape: [2], data: Float32Array.from([0.2, -0.1]) },
    };
    const data = {
      inputs: Float32Array.from(regression.inputs.flat()),
      targets: regression.targets.flat(),
      weights: regression.weights,
    };
    const network = await lastLayerLaplace(createNetwork(model, { backend, parameters }), {
      data,
      prior: regression.precision,
    });
    const { epistemicVariance, mean } = await network.predict(regression.inputs.flat(), { mode: 'moments' });
    const sampled = await network.predict(regression.inputs.flat(), { mode: 'mean' });
    regression.inputs.forEach((row, n) => {
      const f = [...row, 1];
      regression.covariances.forEach((covariance, output) => {
        const wanted = f.reduce((sum, x, i) => sum + x * f.reduce((s, y, j) => s + covariance[i][j] * y, 0), 0);
        expect(Math.abs(epistemicVariance[2 * n + output] / wanted - 1)).toBeLessThan(2e-4);
        expect(Math.abs(mean[2 * n + output] - sampled.mean[2 * n + output])).toBeLessThan(1e-5);
      });
    });
  });

  it.each(['full', 'kronecker', 'diagonal'] as const)('is that of many samples: %s', async (covariance) => {
    const rows = 40;
    const inputs = Float32Array.from(random.normal(random.key(1), 2 * rows));
    const targets = Array.from(
      { length: 2 * rows },
      (_, i) => Math.sin(inputs[i]) + 0.5 * inputs[(i + 1) % (2 * rows)],
    );
    const model = sequential({
      input: [2],
      layers: [
        dense({ units: 6, activation: 'relu', noise: sparseVariational({ logVariance: -4 }) }),
        dense({ units: 2 }),
      ],
      likelihood: gaussian(),
    });
    const { network } = await fit(model, { backend, data: { inputs, targets }, epochs: 2, batch: 20, seed: 3 });
    const wide = await lastLayerLaplace(network, { data: { inputs, targets }, prior: 1, covariance });
    const asked = Float32Array.from([0.5, -1, 2, 0.3, -0.7, 1.5]);
    const draws = 6000;
    const sampled = (await wide.predict(asked, { samples: draws })) as RegressionPrediction;
    const found = (await wide.predict(asked, { mode: 'moments' })) as RegressionPrediction;
    const without = (await network.predict(asked, { mode: 'moments' })) as RegressionPrediction;
    found.epistemicVariance.forEach((variance, i) => {
      // Five deviations of a variance of so many nearly normal numbers.
      expect(Math.abs(variance / sampled.epistemicVariance[i] - 1)).toBeLessThan(5 * Math.sqrt(2 / draws) + 0.02);
      expect(variance).toBeGreaterThan(1.2 * without.epistemicVariance[i]);
    });
  });

  it('is refused for other posteriors', async () => {
    const model = sequential({ input: [2], layers: [dense({ units: 1 })], likelihood: gaussian() });
    const data = { inputs: [1, 2, 3, 4], targets: [1, 2] };
    const members = [];
    for (const seed of [1, 2]) members.push((await fit(model, { backend, data, epochs: 1, seed })).network);
    const both = ensemble(members);
    await expect(both.predict([1, 2], { mode: 'moments' })).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
    expect(() => momentsProgram(model, { posterior: both.posterior })).toThrow(
      expect.objectContaining({ code: 'VARDROP_MOMENTS' }),
    );
  });
});
