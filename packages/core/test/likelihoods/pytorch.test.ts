import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { categorical, gaussian, type Likelihood } from '../../src/likelihoods/index.js';
import { lossOf } from './lossOf.js';

interface Tensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
type Case = Readonly<Record<'output' | 'target' | 'loss' | 'gradient', Tensor>>;
const fixture: {
  readonly gaussian: readonly (Case & { readonly beta: number })[];
  readonly categorical: readonly (Case & { readonly labelSmoothing: number })[];
} = JSON.parse(readFileSync(new URL('../../fixtures/likelihoods.json', import.meta.url), 'utf8'));

/** Float64 sums of a few terms, whose sizes are below 100. */
function expectSame(actual: Float64Array, { values }: Tensor): void {
  expect(actual.length).toBe(values.length);
  values.forEach((value, i) => {
    expect(Math.abs(actual[i] - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
  });
}

function check(likelihood: Likelihood, { output, target, loss, gradient }: Case): ReturnType<typeof lossOf> {
  const found = lossOf(likelihood, output.shape.slice(1), output.values, target.values);
  expectSame(found.loss, loss);
  expectSame(found.gradient, gradient);
  return found;
}

describe('losses and gradients of PyTorch in float64', () => {
  it.each(fixture.gaussian)("gaussian with variance 'output' and beta $beta, $output.shape", ({ beta, ...given }) => {
    const { nll } = check(gaussian({ variance: 'output', beta }), given);
    // Beta changes what is trained, and not the likelihood.
    const { output, target } = given;
    const plain = lossOf(gaussian({ variance: 'output' }), output.shape.slice(1), output.values, target.values);
    expect(nll).toEqual(plain.loss);
  });

  it.each(fixture.categorical)('categorical of probabilities, smoothing $labelSmoothing, $output.shape', (given) => {
    const { labelSmoothing, output, target } = given;
    const { nll } = check(categorical({ labelSmoothing }), given);
    expect(nll).toEqual(lossOf(categorical(), output.shape.slice(1), output.values, target.values).loss);
  });
});
