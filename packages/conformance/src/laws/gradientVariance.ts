import { bind, createBuilder, type Estimator, gradients, type Program, random, sequential } from '@vardrop/core';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { expectedGradients, type QuadraticLoss } from '../gradientMoments.js';
import type { Law, LawContext } from '../law.js';
import { effortFactor } from '../law.js';
import type { Models } from '../models.js';
import { run } from '../run.js';
import { meanThreshold, polynomialVarianceThreshold, sampleCovariance, sampleMean } from '../statistics.js';

/** Samples of each gradient at effort `quick`: so many copies of the one output, each with noise of its own. */
const samples = 2 ** 16;

/** Three datapoints whose K_mn are of both signs, and a loss that depends on both moments. */
const problem: QuadraticLoss = {
  x: [
    [1, -0.5, 2],
    [-1.5, 1, 0.5],
    [0.5, 1.25, -1],
  ],
  means: [0.5, -1, 0.75],
  deviations: [0.5, 0.75, 0.25].map((sigma) => Math.exp(0.5 * Math.fround(2 * Math.log(sigma)))),
  linear: [0.5, -1, 0.25],
  quadratic: [1, 0.5, 2],
  scale: 100 / 3,
};

/**
 * Gradients of `(N/M) Σ_m (c_m b_m + ½ d_m b_m²)`, summed over `copies` outputs that have equal weights, in the means and
 * in log σ², each `[in, copies]`.
 */
function gradientProgram(models: Models, estimator: Estimator, copies: number): Program {
  const inputs = problem.means.length;
  const model = sequential({
    input: [inputs],
    layers: [models.dense({ units: copies, bias: false })],
    noise: models.meanField(),
    estimator,
  });
  const b = createBuilder('gradient variance');
  const x = b.input('x', ['batch', inputs], 'iteration');
  const c = b.input('linear', ['batch', 1], 'iteration');
  const d = b.input('quadratic', ['batch', 1], 'iteration');
  const parameters = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  const y = model.apply(b, x, parameters, 'sample');
  const losses = b.add(b.mul(c, y), b.mul(b.mul(0.5, d), b.square(y)));
  const loss = b.mul(b.reduceSum(losses), problem.scale);
  const [means, logVariances] = gradients(b, loss, [parameters['dense1/weights'], parameters['dense1/logVariance']]);
  b.output('means', means);
  b.output('logVariances', logVariances);
  return b.build();
}

/** Values of the program's inputs; parameters repeated for each copy. */
function values(copies: number) {
  const repeated = (column: readonly number[]) =>
    Float32Array.from(column.flatMap((value) => new Array<number>(copies).fill(value)));
  return {
    iteration: {
      x: Float32Array.from(problem.x.flat()),
      linear: Float32Array.from(problem.linear),
      quadratic: Float32Array.from(problem.quadratic),
    },
    shared: {
      'dense1/weights': repeated(problem.means),
      'dense1/logVariance': repeated(problem.deviations.map((sigma) => 2 * Math.log(sigma))),
    },
  };
}

function keysOf(program: Program, seed: number) {
  const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
  return Object.fromEntries(names.map((name, i) => [name, { words: random.foldIn(random.key(seed), i) }]));
}

/** Means and variances of an estimator's gradients in μ and σ against their closed forms. */
async function checkMoments(context: LawContext, estimator: Estimator): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const copies = samples * effortFactor[context.effort];
  const program = gradientProgram(models, estimator, copies);
  const { iteration, shared } = values(copies);
  const [found] = await run(
    backend,
    program,
    shared,
    [{ inputs: iteration, keys: keysOf(program, seed + 400) }],
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
        const program = bind(gradientProgram(models, estimator, 3), problem.x.length);
        const { iteration, shared } = values(3);
        await checkNodes(
          backend,
          program,
          { inputs: { ...iteration, ...shared }, keys: keysOf(program, seed + 500) },
          ledger,
        );
      });
    }
  },
};
