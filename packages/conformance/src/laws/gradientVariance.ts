import { bind, type Estimator, simplify } from '@vardrop/core';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { expectedGradients } from '../gradientMoments.js';
import { gradientInputs, gradientKeys, gradientProgram, problem } from '../gradientProblem.js';
import type { Law, LawContext } from '../law.js';
import { sampleFactor } from '../law.js';
import { run } from '../run.js';
import { meanThreshold, polynomialVarianceThreshold, sampleCovariance, sampleMean } from '../statistics.js';

/** Samples of each gradient at effort `quick`: so many copies of the one output, each with noise of its own. */
const samples = 2 ** 16;

/** Means and variances of an estimator's gradients in μ and σ against their closed forms. */
async function checkMoments(context: LawContext, estimator: Estimator): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const copies = samples * sampleFactor(context.effort);
  const program = gradientProgram(models, estimator, copies);
  const { iteration, shared } = gradientInputs(copies);
  const [found] = await run(
    backend,
    program,
    shared,
    [{ inputs: iteration, keys: gradientKeys(program, seed + 400) }],
    problem.x.length,
  );
  const wanted = expectedGradients(problem, estimator.name);
  problem.means.forEach((_, input) => {
    // ∂σ = (2/σ) ∂log σ².
    const toDeviation = 2 / problem.deviations[input];
    const observed = {
      means: found.means.slice(input * copies, (input + 1) * copies),
      deviations: found.logVariances.slice(input * copies, (input + 1) * copies).map((g) => g * toDeviation),
    };
    for (const [name, label] of [
      ['means', 'μ'],
      ['deviations', 'σ'],
    ] as const) {
      const moments = wanted[name][input];
      const check = (what: string, got: number, expected: number, threshold: number, scale: number) => {
        ledger.effect(what, (2 * threshold) / scale);
        if (!(Math.abs(got - expected) <= threshold)) {
          throw new Error(
            `${what} of ∂/∂${label}_${input} over ${copies} samples: got ${got}, wanted ${expected} ± ${threshold}`,
          );
        }
        ledger.compare(Math.abs(got - expected), threshold);
      };
      const { mean, variance } = moments;
      check('mean', sampleMean(observed[name]), mean, meanThreshold(moments, copies), Math.sqrt(variance));
      if (moments.bound) continue;
      const sampled = sampleCovariance(observed[name], observed[name]);
      check('variance', sampled, variance, polynomialVarianceThreshold(moments, copies), variance);
    }
  });
}

/** Gradients of one linear layer under a quadratic loss, where mean and variance are known. */
export const gradientVariance: Law = {
  id: 'gradient-variance',
  statement:
    'the gradients of all estimators have one mean, and the variances of their closed forms; with the same noise they are those of the reference, node by node',
  async check(context) {
    const { backend, ledger, models, seed } = context;
    for (const estimator of [models.local(), models.separate(), models.single(), models.flipout()]) {
      await checkOnce(context, `moments, ${estimator.name}`, () => checkMoments(context, estimator));
      await checkOnce(context, `same noise, ${estimator.name}`, async () => {
        const program = simplify(bind(gradientProgram(models, estimator, 3), problem.x.length));
        const { iteration, shared } = gradientInputs(3);
        await checkNodes(
          backend,
          program,
          { inputs: { ...iteration, ...shared }, keys: gradientKeys(program, seed + 500) },
          ledger,
        );
      });
    }
  },
};
