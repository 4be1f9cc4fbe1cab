import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { truncatedKl, truncatedMoments, truncatedSample } from '../../src/noise/truncatedLogNormal.js';
import { createBuilder } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { evaluate } from '../../src/reference/evaluate.js';

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
    expectClose(found.kl, cases.map((one) => one[2]), 1e-6, 'KL');
    expectClose(found.byMu, cases.map((one) => one[3]), 1e-5, 'dKL/dμ');
    expectClose(found.bySigma, cases.map((one) => one[4]), 1e-5, 'dKL/dlog σ');
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
      [found.slope0, at(inputs.mu.map((x) => x + h), inputs.s), at(inputs.mu.map((x) => x - h), inputs.s)],
      [found.slope1, at(inputs.mu, inputs.s.map((x) => x + h)), at(inputs.mu, inputs.s.map((x) => x - h))],
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
