import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dense, sequential } from '../../src/layers/index.js';
import type { Likelihood } from '../../src/likelihoods/index.js';
import { fit } from '../../src/network/index.js';
import { adam } from '../../src/optimizers/index.js';
import { initialState } from '../../src/training/index.js';
import { float32Backend } from './helpers.js';

/** A loss that is linear in the output: the bias has the mean target as its gradient, in every step. */
const linear: Likelihood<'values'> = {
  name: 'linear',
  targets: 'values',
  targetShape: (outputShape) => outputShape,
  parameters: () => [],
  predictive: (b, output) => ({ kind: 'values', mean: output, variance: b.constant(1) }),
  negativeLogLikelihood: (b, output, target) => b.reduceSum(b.mul(output, target), [1]),
};

it('steps of adam under a constant gradient g are all rate · g/(|g| + ε), from the first on', async () => {
  // Both moments are then those of the gradient, once corrected: m̂ = g, v̂ = g².
  const fixtures = fc.record({
    rate: fc.double({ min: 1e-3, max: 1, noNaN: true }),
    beta1: fc.double({ min: 0, max: 0.95, noNaN: true }),
    beta2: fc.double({ min: 0.5, max: 0.999, noNaN: true }),
    epsilon: fc.double({ min: 1e-8, max: 1, noNaN: true }),
    gradients: fc.array(
      fc.oneof(fc.double({ min: 0.01, max: 10, noNaN: true }), fc.double({ min: -10, max: -0.01, noNaN: true })),
      { minLength: 2, maxLength: 4 },
    ),
    steps: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fixtures, async ({ rate, beta1, beta2, epsilon, gradients, steps }) => {
      const model = sequential({ input: [1], likelihood: linear, layers: [dense({ units: gradients.length })] });
      const optimizer = adam({ learningRate: rate, beta1, beta2, epsilon });
      const start = initialState(model, optimizer, 1).parameters['dense1/bias'].data;
      const { state } = await fit(model, {
        backend: float32Backend(),
        optimizer,
        data: { inputs: new Float32Array(2), targets: [...gradients, ...gradients] },
        epochs: steps,
        batch: 2,
        seed: 1,
      });
      const { data: end } = state.parameters['dense1/bias'];
      gradients.forEach((g, i) => {
        const moved = (steps * rate * g) / (Math.abs(g) + epsilon);
        // Roundings of float32, which 1 − β₂ᵗ near 0 magnifies in the moments and takes back in the corrections.
        expect(Math.abs(end[i] - start[i] + moved)).toBeLessThan(2e-5 * Math.abs(moved) + 1e-6);
      });
    }),
    { numRuns: 25 },
  );
});
