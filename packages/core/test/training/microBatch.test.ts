import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipout, localReparametrization, separateSamples, singleSample } from '../../src/estimators/index.js';
import { batchNorm, dense, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { fit } from '../../src/network/index.js';
import { sparseVariational } from '../../src/noise/index.js';
import { adam, chain, clipByGlobalNorm, movingAverage, sgd } from '../../src/optimizers/index.js';
import { key, normal } from '../../src/random/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { createTrainer, initialState } from '../../src/training/index.js';
import { withLikelihood } from '../withLikelihood.js';
import { blobs, float32Backend, smallModel } from './helpers.js';

const estimators = { localReparametrization, flipout, separateSamples, singleSample };

describe('minibatches in parts', () => {
  it('take the steps of whole ones, whatever the sizes and the estimator', async () => {
    const cases = fc.record({
      estimator: fc.constantFrom(...Object.values(estimators)),
      rows: fc.integer({ min: 1, max: 9 }),
      microBatch: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ estimator, rows, microBatch, seed }) => {
        const backend = createReferenceBackend();
        const model = sequential({
          input: [2],
          noise: sparseVariational({ logVariance: -1 }),
          estimator: estimator(),
          layers: [dense({ units: 3, activation: 'tanh' }), dense({ units: 2 })],
          likelihood: gaussian(),
        });
        const optimizer = chain(clipByGlobalNorm(1), sgd({ learningRate: 0.1, momentum: 0.9 }), movingAverage());
        const options = {
          backend,
          optimizer,
          state: initialState(model, optimizer, seed),
        };
        const whole = createTrainer(model, options);
        const inParts = createTrainer(model, { ...options, microBatch });
        for (let step = 0; step < 3; step++) {
          const minibatch = {
            rows,
            inputs: { x: normal(key(seed + step), 2 * rows) },
            targets: { output: normal(key(seed + step + 100), 2 * rows) },
            ...(seed % 2 === 0 && { weights: normal(key(seed + step + 200), rows).map(Math.abs) }),
          };
          const scales = { learningRateFactor: 1 / (step + 1), klScale: 0.02 };
          const [expected, got] = [await whole.run(minibatch, scales), await inParts.run(minibatch, scales)];
          // Float64 sums in another order, from parameters that the reference keeps in float64.
          expect(Math.abs(got.loss - expected.loss)).toBeLessThan(1e-5 * (1 + Math.abs(expected.loss)));
          expect(Math.abs(got.dataTerm - expected.dataTerm)).toBeLessThan(1e-5 * (1 + Math.abs(expected.dataTerm)));
          expect(got.kl).toBeCloseTo(expected.kl, 4);
        }
        const [expected, got] = [await whole.state(), await inParts.state()];
        for (const of of ['parameters', 'slots'] as const) {
          const tensors = of === 'slots' ? got.optimizer.slots : got.parameters;
          const wanted = of === 'slots' ? expected.optimizer.slots : expected.parameters;
          expect(Object.keys(tensors)).toEqual(Object.keys(wanted));
          for (const [name, { data }] of Object.entries(tensors)) {
            data.forEach((value, i) => {
              expect(Math.abs(value - wanted[name].data[i]), name).toBeLessThan(2e-6);
            });
          }
        }
        whole.dispose();
        inParts.dispose();
        expect(backend.liveTensors()).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('of fit come to the training of whole ones, and resume bit for bit', async () => {
    const options = { data: blobs(), batch: 10, seed: 4, klWeight: 0.5 };
    const backend = float32Backend();
    const whole = await fit(smallModel(), { ...options, backend, epochs: 4 });
    const inParts = await fit(smallModel(), { ...options, backend, epochs: 4, microBatch: 4 });
    for (const [name, { data }] of Object.entries(inParts.state.parameters)) {
      data.forEach((value, i) => {
        expect(Math.abs(value - whole.state.parameters[name].data[i]), name).toBeLessThan(1e-4);
      });
    }
    const half = await fit(smallModel(), { ...options, backend, epochs: 2, microBatch: 4 });
    const rest = await fit(smallModel(), { ...options, backend, epochs: 4, microBatch: 4, state: half.state });
    expect(rest.state).toEqual(inParts.state);
    expect(backend.liveTensors()).toBe(0);
  });

  it('find the part whose loss is not finite, keep the last good state, and leave nothing', async () => {
    const backend = float32Backend();
    const model = withLikelihood(smallModel(), gaussian());
    const state = initialState(model, adam(), 1);
    const trainer = createTrainer(model, { backend, optimizer: adam(), state, microBatch: 2 });
    const scales = { learningRateFactor: 1, klScale: 0.1 };
    const minibatch = { rows: 5, inputs: { x: normal(key(1), 10) }, targets: { output: normal(key(2), 10) } };
    await trainer.run(minibatch, scales);
    const before = await trainer.state();
    // Its square is beyond float32, in the second part only.
    const targets = { output: normal(key(3), 10).fill(1e30, 6, 7) };
    await expect(trainer.run({ ...minibatch, targets }, scales)).rejects.toMatchObject({
      code: 'VARDROP_NON_FINITE_LOSS',
      message: expect.stringContaining('the objective'),
    });
    expect((await trainer.state()).step).toBe(before.step - 1);
    trainer.dispose();
    expect(backend.liveTensors()).toBe(0);
  });

  it('are refused for statistics of minibatches, and for sizes that are none', async () => {
    const normed = sequential({ input: [2], layers: [dense({ units: 3 }), batchNorm(), dense({ units: 2 })] });
    const options = { backend: float32Backend(), data: blobs(), epochs: 1 };
    await expect(fit(normed, { ...options, microBatch: 4 })).rejects.toMatchObject({
      code: 'VARDROP_BATCH',
      message: expect.stringContaining('batchNorm1'),
    });
    for (const microBatch of [0, 1.5, '4' as never, null as never])
      await expect(fit(smallModel(), { ...options, microBatch })).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
  });
});
