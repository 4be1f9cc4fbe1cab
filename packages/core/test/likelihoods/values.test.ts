import { describe, expect, it } from 'vitest';
import type { Likelihood } from '../../src/index.js';
import { missingTarget } from '../../src/likelihoods/missing.js';
import { bindBatch, createBuilder, gradients } from '../../src/program/index.js';
import { evaluate } from '../../src/reference/index.js';
import { fixture, type LikelihoodCase, likelihoodOf } from './fixture.js';

/** Values of the fixture have 12 digits. Approximations of the likelihoods are good to 3e-10. */
const tolerance = 1e-9;

/** A loss of a case, and the gradients of `Σ loss · cotangent`, in float64. */
function computed(given: LikelihoodCase, lossOf: Likelihood['negativeLogLikelihood'], likelihood: Likelihood) {
  const b = createBuilder(given.name);
  const output = b.input('output', ['batch', ...given.outputs]);
  const target = b.input('target', ['batch', ...likelihood.targetShape(given.outputs)]);
  const specifications = likelihood.parameters(given.outputs);
  expect(specifications.map(({ name }) => name).sort()).toEqual(Object.keys(given.parameters).sort());
  const own = Object.fromEntries(specifications.map(({ name, shape }) => [name, b.input(name, shape)]));
  const loss = lossOf(b, output, target, own);
  const total = b.reduceSum(b.mul(loss, b.input('cotangent', ['batch'])));
  const names = Object.keys(own);
  const [byOutput, ...byParameters] = gradients(b, total, [output, ...names.map((name) => own[name])]);
  b.output('loss', loss);
  b.output('output', byOutput);
  names.forEach((name, i) => {
    b.output(name, byParameters[i]);
  });
  const inputs = {
    ...given.parameters,
    output: given.output,
    target: given.target.map((value) => value ?? missingTarget),
    cotangent: given.cotangent,
  };
  return evaluate(bindBatch(b.build(), given.rows), { inputs });
}

function expectClose(what: string, got: ArrayLike<number>, wanted: readonly number[]) {
  expect(got.length, what).toBe(wanted.length);
  const size = Math.max(Math.hypot(...wanted), 1e-3);
  wanted.forEach((value, i) => {
    expect(Math.abs(got[i] - value), `${what} at ${i}: got ${got[i]}, wanted ${value}`).toBeLessThanOrEqual(
      tolerance * size,
    );
  });
}

describe.each([...new Set(fixture.cases.map(({ likelihood }) => likelihood))])('%s', (name) => {
  const cases = fixture.cases.filter(({ likelihood }) => likelihood === name);

  it.each(cases.map((given) => [given.name, given] as const))(
    'has the values and gradients of PyTorch: %s',
    (_, given) => {
      const likelihood = likelihoodOf(given);
      const found = computed(given, likelihood.negativeLogLikelihood, likelihood);
      expectClose('negative log likelihood', found.loss, given.negativeLogLikelihood);
      expectClose('gradient of the outputs', found.output, given.outputGradient);
      for (const [own, wanted] of Object.entries(given.parameterGradients)) expectClose(own, found[own], wanted);
      expect(likelihood.trainingLoss !== undefined, 'trainingLoss').toBe(given.training !== undefined);
      if (likelihood.trainingLoss === undefined || given.training === undefined) return;
      const trained = computed(given, likelihood.trainingLoss, likelihood);
      expectClose('training loss', trained.loss, given.training.loss);
      expectClose('its gradient of the outputs', trained.output, given.training.outputGradient);
      for (const [own, wanted] of Object.entries(given.training.parameterGradients))
        expectClose(own, trained[own], wanted);
    },
  );
});
