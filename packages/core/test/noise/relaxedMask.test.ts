import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bernoulliLearned, type InputNoise } from '../../src/noise/index.js';
import { relaxedMoments } from '../../src/noise/relaxedMask.js';
import { createBuilder } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/evaluate.js';

/** Integrals over the logistic noise in 40 digits, by `scripts/derive/relaxed_mask.py`. */
const { cases }: { cases: { temperature: number; rho: number; mean: number; variance: number }[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/relaxed_mask.json', import.meta.url), 'utf8'),
);

function momentsOf(temperature: number, rhos: readonly number[]) {
  const b = createBuilder('moments');
  const rho = b.input('rho', [rhos.length]);
  const { mean, variance } = relaxedMoments(b, rho, temperature);
  b.output('mean', mean);
  b.output('variance', variance);
  b.output('meanSlope', gradients(b, b.reduceSum(mean), [rho])[0]);
  b.output('varianceSlope', gradients(b, b.reduceSum(variance), [rho])[0]);
  return evaluate(simplify(b.build()), { inputs: { rho: rhos } });
}

describe('moments of the relaxed Bernoulli factor', () => {
  for (const temperature of new Set(cases.map((one) => one.temperature))) {
    const expected = cases.filter((one) => one.temperature === temperature);
    it(`are those of 40 digits within 1e-6, at temperature ${temperature}`, () => {
      const { mean, variance } = momentsOf(
        temperature,
        expected.map(({ rho }) => rho),
      );
      expected.forEach((one, i) => {
        expect(Math.abs(mean[i] / one.mean - 1), `mean, ρ = ${one.rho}`).toBeLessThan(1e-6);
        expect(Math.abs(variance[i] / one.variance - 1), `variance, ρ = ${one.rho}`).toBeLessThan(1e-6);
      });
    });

    it(`have the derivatives that they should, at temperature ${temperature}`, () => {
      const rhos = [-6, -1.3, -1e-9, 0, 0.4, 5];
      const { meanSlope, varianceSlope } = momentsOf(temperature, rhos);
      const at = (h: number) => {
        const { mean, variance } = momentsOf(
          temperature,
          rhos.map((rho) => rho + h),
        );
        return { mean, variance };
      };
      // Central differences with one Richardson step: an error of order h⁴ = 1e-12 of the values.
      const [one, back, half, halfBack] = [1e-3, -1e-3, 5e-4, -5e-4].map(at);
      for (const [what, slope] of [
        ['mean', meanSlope],
        ['variance', varianceSlope],
      ] as const) {
        slope.forEach((value, i) => {
          const difference = (4 * (half[what][i] - halfBack[what][i])) / 3e-3 - (one[what][i] - back[what][i]) / 6e-3;
          expect(Math.abs(value - difference), `${what}, ρ = ${rhos[i]}`).toBeLessThan(
            1e-8 * Math.max(1, Math.abs(difference)),
          );
        });
      }
    });
  }

  it('are what the noise model states: at p = 0.1 and temperature 0.1 variance 0.910 of p/(1 − p)', () => {
    const noise = bernoulliLearned({ rates: 'input' }) as InputNoise;
    const b = createBuilder('noise');
    const moments = noise.moments?.(b, { rho: b.constant(Math.log(1 / 9), [1, 1]) });
    b.output('mean', moments!.mean);
    b.output('variance', moments!.variance);
    const { mean, variance } = evaluate(b.build(), { inputs: {} });
    expect(mean[0]).toBeCloseTo(0.9987, 4);
    expect(variance[0] * 9).toBeCloseTo(0.91, 3);
  });
});
