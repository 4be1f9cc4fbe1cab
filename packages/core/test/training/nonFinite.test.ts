import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backend/contract.js';
import { gaussianPrior } from '../../src/divergences/index.js';
import { dense, type Model, sequential } from '../../src/layers/index.js';
import { type FitOptions, fit } from '../../src/network/index.js';
import { meanField } from '../../src/noise/index.js';
import { adam, sgd } from '../../src/optimizers/index.js';
import { type Dataset, initialState, TrainingError, type TrainingState } from '../../src/training/index.js';
import { bitsOf, blobs, float32Backend, rows, smallModel } from './helpers.js';

const model = smallModel();
const data = blobs();

/** What a training that diverges throws. */
async function diverged(options: Partial<FitOptions>, of: Model = model) {
  const backend: Backend = float32Backend();
  const error: unknown = await fit(of, { backend, data, batch: 5, epochs: 2, ...options }).then(
    () => undefined,
    (reason) => reason,
  );
  expect(backend.liveTensors()).toBe(0);
  expect(error).toBeInstanceOf(TrainingError);
  expect(error).toMatchObject({ name: 'TrainingError', code: 'VARDROP_NON_FINITE_LOSS' });
  return error as TrainingError;
}

/** Whether every parameter of a state is finite. */
function allFinite(state: TrainingState): boolean {
  return Object.values(state.parameters).every(({ data: values }) => values.every(Number.isFinite));
}

describe('a loss that is not finite', () => {
  const plain = sequential({ input: [2], layers: [dense({ units: 4 }), dense({ units: 2, name: 'head' })] });

  it('names the step and the layer, and keeps the last state whose loss was finite', async () => {
    // The rate explodes with the third step; its loss is still finite, and that of the fourth is not.
    const optimizer = sgd({ learningRate: 0.1 });
    const learningRateFactor = ({ step }: { step: number }) => (step === 2 ? 1e38 : 1);
    const losses: number[] = [];
    const error = await diverged({ optimizer, learningRateFactor, onStep: ({ loss }) => losses.push(loss) }, plain);
    expect(error.message).toMatch(/in step 4, first in the (parameters|outputs of) (dense1|head)/);
    expect(error.message).toContain('The state of step 2 is kept');
    expect(losses).toHaveLength(3);
    expect(error.state.step).toBe(2);
    expect(error.history).toEqual([]);
    const controller = new AbortController();
    const { state } = await fit(plain, {
      backend: float32Backend(),
      data,
      batch: 5,
      optimizer,
      signal: controller.signal,
      onStep: ({ step }) => step === 2 && controller.abort(),
    });
    expect(bitsOf(error.state)).toEqual(bitsOf(state));
  });

  it('names parameters that a step spoiled, and goes back to those before it', async () => {
    const error = await diverged({ optimizer: sgd({ learningRate: 1e39 }) });
    expect(error.message).toMatch(/in step 2, first in the parameters dense1\/weights/);
    expect(error.state.step).toBe(0);
    expect(allFinite(error.state)).toBe(true);
  });

  it('names a KL that overflows, and outputs that do', async () => {
    const start = initialState(model, adam(), 0);
    const filled = (state: TrainingState, name: string, value: (i: number) => number) => ({
      ...state,
      parameters: {
        ...state.parameters,
        [name]: { ...state.parameters[name], data: Float32Array.from({ length: 8 }, (_, i) => value(i)) },
      },
    });
    // Deviations of e²⁵⁰ are beyond float32.
    const noisy = await diverged({ state: filled(start, 'dense2/logVariance', () => 500) });
    expect(noisy.message).toContain('first in the outputs of dense2');
    // Deviations of e⁵⁰ are not, but the variances of e¹⁰⁰ in the KL to a Gaussian are.
    const field = sequential({
      input: [2],
      noise: meanField(),
      divergence: gaussianPrior(),
      layers: [dense({ units: 4 }), dense({ units: 2 })],
    });
    const wide = filled(initialState(field, adam(), 0), 'dense1/logVariance', () => 100);
    expect((await diverged({ state: wide }, field)).message).toContain('first in the KL of dense1');
    const calm = sequential({
      input: [2],
      layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 2, name: 'head' })],
    });
    const state = filled(initialState(calm, adam(), 0), 'head/weights', (i) => (-1) ** i * 3e38);
    // With these labels the points are on the wrong side.
    const wrong = await diverged({ state, data: blobs(rows, 1, true) }, calm);
    expect(wrong.message).toContain('first in the outputs of head');
  });

  it('keeps the history of the epochs before', async () => {
    const error = await diverged(
      { optimizer: sgd(), learningRateFactor: ({ step }) => (step === 7 ? 1e39 : 1), epochs: 3 },
      plain,
    );
    expect(error.history.map(({ epoch }) => epoch)).toEqual([0]);
    expect(error.state.step).toBe(7);
    expect(allFinite(error.state)).toBe(true);
  });
});

describe('an update that is not finite, with no step after it to show', () => {
  const optimizer = sgd();
  const lastOf =
    (steps: number) =>
    ({ step }: { step: number }) =>
      step === steps - 1 ? 1e45 : 1;

  it('at the end of training: throws, with the state before it', async () => {
    const error = await diverged({ optimizer, epochs: 1, learningRateFactor: lastOf(5) });
    expect(error.message).toMatch(/from step 5: the parameters .* not finite.*The state of step 4 is kept/);
    expect(error.state.step).toBe(4);
    expect(allFinite(error.state)).toBe(true);
  });

  it('before a validation: the same, instead of what prediction says of it', async () => {
    const error = await diverged({ optimizer, epochs: 2, learningRateFactor: lastOf(5), validation: blobs(7, 2) });
    expect(error.message).toMatch(/from step 5: \[predict\].*The state of step 4 is kept/);
    expect(error.state.step).toBe(4);
    expect(allFinite(error.state)).toBe(true);
  });

  it('before an abort: the same', async () => {
    const controller = new AbortController();
    const error = await diverged({
      optimizer,
      learningRateFactor: lastOf(3),
      signal: controller.signal,
      onStep: ({ step }) => step === 3 && controller.abort(),
    });
    expect(error.state.step).toBe(2);
  });

  it('is never the best state', async () => {
    // Validation uses the means and does not see that the noise of the second layer is lost.
    const validation: Dataset = blobs(7, 2);
    const error = await diverged({
      validation,
      earlyStopping: { patience: 3 },
      optimizer: {
        ...sgd(),
        update(b, step) {
          const { updates, slots } = sgd().update(b, step);
          const spoilt = Object.entries(updates).map(([name, update]) => {
            // Large rates only.
            const large = b.selectGreater(-1, step.scalars['sgd/stepSize'], b.log(-1), update);
            return [name, update.shape.join() === '4,2' ? large : update] as const;
          });
          return { updates: Object.fromEntries(spoilt), slots };
        },
      },
      learningRateFactor: ({ step }) => (step === 4 ? 1e5 : 0),
    });
    expect(error.state.step).toBe(4);
  });
});
