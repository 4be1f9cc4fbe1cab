import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Activation } from '../../../src/index.js';
import { activationMoments, rectifierMoments } from '../../../src/layers/activationMoments.js';
import { greaterMoments } from '../../../src/layers/greaterMoments.js';
import type { Moments } from '../../../src/layers/moments.js';
import { type Builder, createBuilder, type Value } from '../../../src/program/builder.js';
import { gradients } from '../../../src/program/differentiate.js';
import { evaluate } from '../../../src/reference/evaluate.js';

type FunctionCase = [mean: number, variance: number, expectation: number, spread: number];

/** Integrals in 30 digits, by `scripts/reference/moments.py`. */
const fixture: {
  readonly functions: Readonly<Record<string, FunctionCase[]>>;
  readonly greater: readonly (readonly number[])[];
} = JSON.parse(readFileSync(new URL('../../../fixtures/moments.json', import.meta.url), 'utf8'));

function momentsBy(
  columns: readonly (readonly number[])[],
  build: (b: Builder, ...inputs: Value[]) => Required<Moments>,
): Readonly<Record<string, ArrayLike<number>>> {
  const b = createBuilder('moments');
  const inputs = columns.map((column, i) => b.input(`i${i}`, [column.length]));
  const { mean, variance } = build(b, ...inputs);
  b.output('mean', mean);
  b.output('variance', variance);
  b.output('slope', gradients(b, b.reduceSum(mean), [inputs[0]])[0]);
  return evaluate(b.build(), { inputs: Object.fromEntries(columns.map((column, i) => [`i${i}`, column])) });
}

/** Where nobody asks. */
const none = { source: () => {} };

/** How far moments may be off, relative to the deviation and the variance. */
const closed = { mean: 1e-9, variance: 1e-9 };
const quadrature = { mean: 6e-3, variance: 9e-3 };
const bounds: Readonly<Record<string, { readonly mean: number; readonly variance: number }>> = {
  ...{ relu: closed, leakyRelu: closed, prelu: closed },
  ...{ elu: quadrature, sigmoid: quadrature, tanh: quadrature },
  ...{ softplus: quadrature, gelu: quadrature, silu: quadrature },
};

describe('moments of functions of Gaussian numbers', () => {
  it.each(Object.keys(bounds))('%s', (name) => {
    const cases = fixture.functions[name];
    const bound = bounds[name];
    const means = cases.map(([mean]) => mean);
    const variances = cases.map(([, variance]) => variance);
    const found = momentsBy([means, variances], (b, mean, variance) => {
      if (name === 'prelu') return rectifierMoments(b, { mean, variance }, 0.7, none) as Required<Moments>;
      return activationMoments(b, { mean, variance }, name as Activation, none) as Required<Moments>;
    });
    cases.forEach(([mean, variance, expectation, spread], i) => {
      const what = `of N(${mean}, ${variance})`;
      // Where the function is nearly 0 its moments are below any that matter beside the inputs'.
      const size = Math.max(spread, 1e-6 * variance);
      expect(Math.abs(found.mean[i] - expectation) / Math.sqrt(size), `mean ${what}`).toBeLessThan(bound.mean);
      expect(Math.abs(found.variance[i] - spread) / size, `variance ${what}`).toBeLessThan(bound.variance);
    });
  });

  it.each(Object.keys(bounds))('%s: the slope is that of the expectation', (name) => {
    const step = 1e-4;
    const variances = [0.3, 0.9, 2.1];
    const means = [-0.7, 0.2, 1.4];
    const at = (shift: number) =>
      momentsBy([means.map((mean) => mean + shift), variances], (b, mean, variance) =>
        name === 'prelu'
          ? (rectifierMoments(b, { mean, variance }, 0.7, none) as Required<Moments>)
          : (activationMoments(b, { mean, variance }, name as Activation, none) as Required<Moments>),
      );
    const [before, here, after] = [at(-step), at(0), at(step)];
    means.forEach((_, i) => {
      const slope = (after.mean[i] - before.mean[i]) / (2 * step);
      // Both sides have errors of the quadrature.
      expect(Math.abs(here.slope[i] - slope)).toBeLessThan(bounds[name] === closed ? 1e-6 : 5e-3);
    });
  });

  it('the greater of two', () => {
    const columns = [0, 1, 2, 3].map((column) => fixture.greater.map((row) => row[column]));
    const found = momentsBy(columns, (b, m, v, n, w) =>
      greaterMoments(b, { mean: m, variance: v }, { mean: n, variance: w }, none),
    );
    fixture.greater.forEach(([, , , , mean, variance], i) => {
      expect(Math.abs(found.mean[i] - mean)).toBeLessThan(1e-9 * Math.sqrt(variance));
      expect(Math.abs(found.variance[i] - variance)).toBeLessThan(1e-9 * variance);
    });
  });

  it('of certain numbers are those of the function', () => {
    const found = momentsBy(
      [
        [3, -2, 0, 300],
        [0, 0, 0, 0],
      ],
      (b, mean, variance) => greaterMoments(b, { mean, variance }, { mean: 0, variance: 0 }, none),
    );
    expect([...(found.mean as Float64Array)]).toEqual([3, 0, 0, 300]);
    expect([...(found.variance as Float64Array)]).toEqual([0, 0, 0, 0]);
  });
});
