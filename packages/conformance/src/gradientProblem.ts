import { type Estimator, sequential } from '@vardrop/core';
import { createBuilder, gradients, type Program } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import type { QuadraticLoss } from './gradientMoments.js';
import type { Models } from './models.js';

/** Three datapoints with K_mn of both signs, and a loss that depends on both moments. */
export const problem: QuadraticLoss = {
  x: [
    [1, -0.5, 2],
    [-1.5, 1, 0.5],
    [0.5, 1.25, -1],
  ],
  means: [0.5, -1, 0.75],
  bias: 1.5,
  deviations: [0.5, 0.75, 0.25].map((sigma) => Math.exp(0.5 * Math.fround(2 * Math.log(sigma)))),
  linear: [0.5, -1, 0.25],
  quadratic: [1, 0.5, 2],
  scale: 100 / 3,
};

/**
 * Gradients of `(N/M) Σ_m (c_m b_m + ½ d_m b_m²)`, summed over `copies` outputs with equal weights and biases. They are
 * with respect to the means and to log σ², each `[in, copies]`, and to the biases `[copies]`.
 */
export function gradientProgram(models: Models, estimator: Estimator, copies: number): Program {
  const inputs = problem.means.length;
  const model = sequential({
    input: [inputs],
    layers: [models.dense({ units: copies })],
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
  const [means, logVariances, biases] = gradients(
    b,
    loss,
    ['weights', 'logVariance', 'bias'].map((name) => parameters[`dense1/${name}`]),
  );
  b.output('means', means);
  b.output('logVariances', logVariances);
  b.output('biases', biases);
  return b.build();
}

/** Values of the program's inputs. Parameters are repeated for each copy. */
export function gradientInputs(copies: number) {
  const repeated = (column: readonly number[]) =>
    Float32Array.from({ length: column.length * copies }, (_, i) => column[Math.floor(i / copies)]);
  return {
    iteration: {
      x: Float32Array.from(problem.x.flat()),
      linear: Float32Array.from(problem.linear),
      quadratic: Float32Array.from(problem.quadratic),
    },
    shared: {
      'dense1/weights': repeated(problem.means),
      'dense1/bias': repeated([problem.bias]),
      'dense1/logVariance': repeated(problem.deviations.map((sigma) => 2 * Math.log(sigma))),
    },
  };
}

/** Keys of the program's noise. */
export function gradientKeys(program: Program, seed: number) {
  const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
  return Object.fromEntries(names.map((name, i) => [name, { words: random.foldIn(random.key(seed), i) }]));
}
