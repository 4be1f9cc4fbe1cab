import { createBuilder, random, sequential } from '@vardrop/core';
import { checkOnce } from '../checkProperty.js';
import type { LawContext } from '../law.js';
import { sampleFactor } from '../law.js';
import { every, rowsOf } from '../noisyLayer.js';
import { run } from '../run.js';
import {
  covarianceThreshold,
  meanThreshold,
  normalMoments,
  sampleCovariance,
  sampleMean,
  varianceThreshold,
} from '../statistics.js';

/** Datapoints at effort `quick`. */
const samples = 2 ** 14;

/** An image of three by three pixels, under a filter of two by two: four locations. */
const image = [0.5, -1, 1.5, 2, 0.25, -0.75, 1, -0.5, 1.25];
const filter = [1, -0.5, 0.75, 2];
const logVariances = [-1, 0.25, -2, -0.5];
const locations = [0, 1, 2, 3];

/** The pixels under the filter at a location, in the filter's order. */
function patch(location: number): number[] {
  const [row, column] = [Math.floor(location / 2), location % 2];
  return [0, 1, 3, 4].map((offset) => image[row * 3 + column + offset]);
}

const dot = (...factors: readonly (readonly number[])[]) =>
  factors[0].reduce((sum, _, i) => sum + factors.reduce((product, values) => product * values[i], 1), 0);

/**
 * Convolutions: mean `A ⋆ θ` and variance `A² ⋆ σ²` at each location, whatever the estimator. Between locations a random
 * filter has the covariance `Σ σ² x x′`; local noise, drawn for each location, has none.
 */
export async function checkConvolution(context: LawContext): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const count = samples * sampleFactor(context.effort);
  const variances = logVariances.map(Math.exp);
  for (const estimator of [models.local(), models.separate()]) {
    await checkOnce(context, `convolution, ${estimator.name}`, async () => {
      const model = sequential({
        input: [3, 3, 1],
        layers: [models.conv2d({ filters: 1, size: 2, bias: false })],
        noise: models.sparseVariational(),
        estimator,
      });
      const b = createBuilder('convolution');
      const x = b.input('x', ['batch', 3, 3, 1], 'iteration');
      const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
      b.output('y', b.reshape(model.apply(b, x, values, 'sample'), ['batch', 4]));
      const program = b.build();
      const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
      const keys = Object.fromEntries(
        names.map((name, i) => [name, { words: random.foldIn(random.key(seed + 300), i) }]),
      );
      const shared = {
        'conv2d1/weights': Float32Array.from(filter),
        'conv2d1/logVariance': Float32Array.from(logVariances),
      };
      const [{ y }] = await run(backend, program, shared, [{ inputs: { x: rowsOf(image, count) }, keys }], count);
      const observed = locations.map((location) => every(y, location, 4));
      const check = (what: string, got: number, wanted: number, threshold: number, scale: number) => {
        ledger.effect(`${what} in a convolution`, (2 * threshold) / scale);
        if (!(Math.abs(got - wanted) <= threshold)) {
          throw new Error(`${what} of ${count} samples: got ${got}, wanted ${wanted} ± ${threshold}`);
        }
        ledger.compare(Math.abs(got - wanted), threshold);
      };
      const varianceAt = (location: number) => dot(patch(location), patch(location), variances);
      for (const location of locations) {
        const moments = normalMoments(dot(patch(location), filter), varianceAt(location));
        const { mean, variance } = moments;
        check('mean', sampleMean(observed[location]), mean, meanThreshold(moments, count), Math.sqrt(variance));
        const sampled = sampleCovariance(observed[location], observed[location]);
        check('variance', sampled, variance, varianceThreshold(moments, count), variance);
      }
      for (const other of [1, 2, 3]) {
        const covariance = estimator.name === 'local' ? 0 : dot(patch(0), patch(other), variances);
        const product = varianceAt(0) * varianceAt(other);
        const threshold = covarianceThreshold(covariance, product + 2 * covariance ** 2, count);
        check('covariance', sampleCovariance(observed[0], observed[other]), covariance, threshold, Math.sqrt(product));
      }
    });
  }
}
