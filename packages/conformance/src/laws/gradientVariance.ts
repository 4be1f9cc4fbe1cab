import type { Estimator } from '@vardrop/core';
import { bindBatch, simplify } from '@vardrop/core/program';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { expectedGradients } from '../gradientMoments.js';
import { gradientInputs, gradientKeys, gradientProgram, problem } from '../gradientProblem.js';
import type { Law, LawContext } from '../law.js';
import { sampleFactor } from '../law.js';
import { run } from '../run.js';
import { meanThreshold, polynomialVarianceThreshold, sampleCovariance, sampleMean } from '../statistics.js';

/** Samples of each gradient at effort `quick`: the number of copies of the output, each with its own noise. */
const samples = 2 ** 16;

/** Compares means and variances of an estimator's gradients with respect to μ and σ with their closed forms. */
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
  const compare = (name: string, observed: Float32Array, moments: (typeof wanted)['bias']) => {
    const check = (what: string, got: number, expected: number, threshold: number, scale: number) => {
      ledger.effect(what, (2 * threshold) / scale);
      if (!(Math.abs(got - expected) <= threshold)) {
        throw new Error(`${what} of ∂/∂${name} over ${copies} samples: got ${got}, wanted ${expected} ± ${threshold}`);
      }
      ledger.compare(Math.abs(got - expected), threshold);
    };
    const { mean, variance } = moments;
    check('mean', sampleMean(observed), mean, meanThreshold(moments, copies), Math.sqrt(variance));
    if (moments.bound) return;
    const sampled = sampleCovariance(observed, observed);
    check('variance', sampled, variance, polynomialVarianceThreshold(moments, copies), variance);
  };
  problem.means.forEach((_, input) => {
    const part = (values: Float32Array) => values.slice(input * copies, (input + 1) * copies);
    // ∂σ = (2/σ) ∂log σ².
    const toDeviation = 2 / problem.deviations[input];
    compare(`μ_${input}`, part(found.means), wanted.means[input]);
    compare(
      `σ_${input}`,
      part(found.logVariances).map((g) => g * toDeviation),
      wanted.deviations[input],
    );
  });
  compare('β', found.biases, wanted.bias);
}

/** Gradients of one linear layer under a quadratic loss, for which mean and variance are known. */
export const gradientVariance: Law = {
  id: 'gradient-variance',
  statement:
    'the gradients of all estimators, in biases too, have one mean, and the variances of their closed forms; with the same noise they are those of the reference, node by node',
  async check(context) {
    const { backend, ledger, models, seed } = context;
    for (const estimator of [models.local(), models.separate(), models.single(), models.flipout()]) {
      await checkOnce(context, `moments, ${estimator.name}`, () => checkMoments(context, estimator));
      await checkOnce(context, `same noise, ${estimator.name}`, async () => {
        const program = simplify(bindBatch(gradientProgram(models, estimator, 3), problem.x.length));
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
