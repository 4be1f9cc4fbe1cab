import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  conv2d,
  dense,
  describeModel,
  flatten,
  modelFrom,
  prune,
  sequential,
  structuredBayesianPruning,
} from '../../src/index.js';
import { truncatedKl, truncatedMoments, truncatedSample } from '../../src/noise/truncatedLogNormal.js';
import { createBuilder } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { evaluate } from '../../src/reference/evaluate.js';
import { expectLaw, forward, scramble } from '../pruning/helpers.js';

type Case = [
  mu: number,
  logSigma: number,
  kl: number,
  byMu: number,
  bySigma: number,
  mean: number,
  alpha: number,
  quantiles: number[],
];

/** Closed forms in 60 digits and more, by `scripts/reference/structured_pruning.py`. */
const { cases, levels }: { cases: Case[]; levels: number[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/structured_pruning.json', import.meta.url), 'utf8'),
);
const inputs = { mu: cases.map(([mu]) => mu), s: cases.map(([, logSigma]) => logSigma) };

function declared() {
  const b = createBuilder('structured');
  const logMean = b.input('mu', [cases.length, 1]);
  const logDeviation = b.input('s', [cases.length, 1]);
  return { b, posterior: { logMean, logDeviation, low: -20, high: 0 } };
}

/** Relative to `scale`, at least 1e-3 where a value is near 0. */
function expectClose(found: ArrayLike<number>, wanted: readonly number[], bound: number, what: string) {
  wanted.forEach((value, i) => {
    const error = Math.abs(found[i] - value) / Math.max(Math.abs(value), 1e-3);
    expect(error, `${what}, μ = ${cases[i][0]}, log σ = ${cases[i][1]}: ${found[i]}, not ${value}`).toBeLessThan(bound);
  });
}

describe('truncated log-normal factors', () => {
  it('have the closed KL and its derivatives, in the tails too', () => {
    const { b, posterior } = declared();
    const kl = truncatedKl(b, posterior);
    b.output('kl', kl);
    const [byMu, bySigma] = gradients(b, b.reduceSum(kl), [posterior.logMean, posterior.logDeviation]);
    b.output('byMu', byMu);
    b.output('bySigma', bySigma);
    const found = evaluate(b.build(), { inputs });
    expectClose(
      found.kl,
      cases.map((one) => one[2]),
      1e-6,
      'KL',
    );
    expectClose(
      found.byMu,
      cases.map((one) => one[3]),
      1e-5,
      'dKL/dμ',
    );
    expectClose(
      found.bySigma,
      cases.map((one) => one[4]),
      1e-5,
      'dKL/dlog σ',
    );
  });

  it('have the closed moments', () => {
    const { b, posterior } = declared();
    const { mean, variance, logAlpha } = truncatedMoments(b, posterior);
    b.output('mean', mean);
    b.output('alpha', b.div(variance, b.square(mean)));
    b.output('logAlpha', logAlpha);
    const found = evaluate(b.build(), { inputs });
    cases.forEach(([mu, s, , , , wanted, alpha], i) => {
      const where = `μ = ${mu}, log σ = ${s}`;
      expect(Math.abs(found.mean[i] / wanted - 1), `mean, ${where}`).toBeLessThan(1e-6);
      expect(Math.abs(found.alpha[i] / alpha - 1), `α, ${where}`).toBeLessThan(1e-5);
      expect(Math.abs(found.logAlpha[i] - Math.log(alpha)), `log α, ${where}`).toBeLessThan(1e-5);
    });
  });

  it.each(levels.map((u, k) => [u, k] as const))('have the quantile of %s, and its derivatives', (u, k) => {
    const at = (mu: readonly number[], s: readonly number[]) => {
      const { b, posterior } = declared();
      const sample = truncatedSample(b, posterior, b.constant(u, [cases.length, 1]), [cases.length, 1]);
      b.output('z', b.log(sample));
      const slopes = gradients(b, b.reduceSum(b.log(sample)), [posterior.logMean, posterior.logDeviation]);
      slopes.forEach((slope, i) => {
        b.output(`slope${i}`, slope);
      });
      return evaluate(b.build(), { inputs: { mu, s } });
    };
    const found = at(inputs.mu, inputs.s);
    cases.forEach(([mu, s, , , , , , quantiles], i) => {
      const spread = Math.min(1, Math.exp(s));
      expect(Math.abs(found.z[i] - quantiles[k]) / spread, `μ = ${mu}, log σ = ${s}`).toBeLessThan(2e-5);
    });
    const h = 1e-6;
    for (const [slope, up, down] of [
      [
        found.slope0,
        at(
          inputs.mu.map((x) => x + h),
          inputs.s,
        ),
        at(
          inputs.mu.map((x) => x - h),
          inputs.s,
        ),
      ],
      [
        found.slope1,
        at(
          inputs.mu,
          inputs.s.map((x) => x + h),
        ),
        at(
          inputs.mu,
          inputs.s.map((x) => x - h),
        ),
      ],
    ] as const) {
      cases.forEach(([mu, s], i) => {
        // Central differences would cross the end of the interval, where another formula begins, or span many σ.
        if (mu === 0 || s < -5) return;
        const difference = (up.z[i] - down.z[i]) / (2 * h);
        expect(Math.abs(slope[i] - difference), `slope, μ = ${mu}, log σ = ${s}`).toBeLessThan(
          2e-3 * Math.max(1, Math.abs(difference)),
        );
      });
    }
  });
});

describe('networks with structured Bayesian pruning', () => {
  const model = sequential({
    input: [5, 6, 2],
    noise: structuredBayesianPruning(),
    layers: [
      conv2d({ filters: 5, size: [2, 3], activation: 'relu' }),
      flatten(),
      dense({ units: 7, activation: 'relu' }),
      dense({ units: 3 }),
    ],
  });
  /** A third of the factors has a signal-to-noise ratio below 1: uniform on [−20, 0]. */
  const parameters = (seed: number) =>
    Object.fromEntries(
      model.parameters.map(({ name, shape }) => {
        const random = scramble(seed, name);
        const noisy = scramble(seed, name.replace(/log\w+$/, 'noisy'));
        const value = (i: number) => {
          if (name.endsWith('logMean')) return noisy(i) < 0.34 ? -10 : -random(i);
          if (name.endsWith('logDeviation')) return noisy(i) < 0.34 ? 4 : -1 - random(i);
          return Math.round(16 * random(i) - 8) / 8 || 0.125;
        };
        return [
          name,
          { shape, data: Float32Array.from({ length: shape.reduce((n, m) => n * m, 1) }, (_, i) => value(i)) },
        ];
      }),
    );

  it.each([1, 2, 3, 4])('predict the same without the units that noise drowns: fixture %i', (seed) => {
    const all = parameters(seed);
    const { parameters: after, report, model: small } = prune(model, all);
    const drowned = (i: number) => scramble(seed, 'dense2/noisy')(i) < 0.34;
    const kept = report.layers[1].keptUnits;
    expect(report.layers[2].keptInputs).toEqual(kept);
    expect(kept).toEqual([0, 1, 2, 3, 4, 5, 6].filter((i) => !drowned(i)));
    expect(after['dense2/logMean'].shape).toEqual([kept.length, 1]);
    const x = Float32Array.from({ length: 120 }, (_, i) => scramble(seed, 'x')(i) - 0.5);
    const masked = Object.fromEntries(
      Object.entries(all).map(([name, tensor]) => {
        if (!name.endsWith('/weights')) return [name, tensor];
        const noisy = scramble(seed, name.replace('weights', 'noisy'));
        const [rows, columns] = tensor.shape.slice(-2);
        return [
          name,
          { ...tensor, data: tensor.data.map((w, i) => (noisy(Math.floor(i / columns) % rows) < 0.34 ? 0 : w)) },
        ];
      }),
    );
    const wanted = forward(model, masked, x, 'mean');
    forward(small, after, x, 'mean').forEach((value, i) => {
      expect(Math.abs(value - wanted[i])).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted[i])));
    });
    expectLaw(model, all, seed);
  });

  it('multiply the weights by E z in predictions by the means', () => {
    const one = sequential({ input: [2], noise: structuredBayesianPruning(), layers: [dense({ units: 1 })] });
    const [mu, s, , , , mean] = cases.find((each) => each[0] === -0.5 && each[1] === -1) as Case;
    const own = (data: number[], shape: number[]) => ({ shape, data: Float32Array.from(data) });
    const given = {
      'dense1/weights': own([2, -3], [2, 1]),
      'dense1/bias': own([0.5], [1]),
      'dense1/logMean': own([mu, mu], [2, 1]),
      'dense1/logDeviation': own([s, s], [2, 1]),
    };
    expect(forward(one, given, Float32Array.of(1, 0.25), 'mean')[0]).toBeCloseTo(0.5 + mean * (2 - 0.75), 6);
  });

  it('are described and made again', () => {
    const description = describeModel(model);
    expect(describeModel(modelFrom(JSON.parse(JSON.stringify(description))))).toEqual(description);
  });
});
