import { describe, expect, it } from 'vitest';
import { deserializeState, serializeState } from '../../src/checkpoint/index.js';
import { dense, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { type FitOptions, fit } from '../../src/network/index.js';
import { adam, sgd } from '../../src/optimizers/index.js';
import { foldIn, key, normal, permutation } from '../../src/random/index.js';
import { stream } from '../../src/streams.js';
import {
  type EpochRecord,
  initialState,
  piecewiseLinear,
  type StepEvent,
  type TrainingState,
} from '../../src/training/index.js';
import { divergences, forward } from '../layers/forward.js';
import { reference } from '../prediction/helpers.js';
import { bitsOf, blobs, float32Backend, rows, smallModel } from './helpers.js';

const batch = 5;
const stepsPerEpoch = 5;
const model = smallModel();
const data = blobs();

/** Fits the small model, and collects the events. */
async function run(options: Partial<FitOptions> = {}) {
  const steps: StepEvent[] = [];
  const epochs: EpochRecord[] = [];
  const result = await fit(model, {
    backend: float32Backend(),
    data,
    batch,
    epochs: 3,
    onStep: (event) => steps.push(event),
    onEpoch: (record) => {
      epochs.push(record);
    },
    ...options,
  });
  return { ...result, steps, epochs };
}

/** Parameters by name, as the float64 functions take them. */
const valuesOf = (state: TrainingState) =>
  Object.fromEntries(Object.entries(state.parameters).map(([name, { data: values }]) => [name, values]));

/** −log softmax(logits)[label]. */
function crossEntropy(logits: readonly number[], label: number): number {
  const top = Math.max(...logits);
  return top + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - top), 0)) - logits[label];
}

/** Float32 numbers that were rounded a few times on their way. */
function expectFloat32(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(4 * 2 ** -24 * Math.max(Math.abs(expected), 1));
}

describe('fit', () => {
  it('lowers the loss, and tells the classes apart', async () => {
    const { history, stopped, state } = await run({
      epochs: 30,
      optimizer: adam({ learningRate: 0.03 }),
      validation: blobs(200, 2),
    });
    expect(stopped).toBe('completed');
    expect(state.step).toBe(30 * stepsPerEpoch);
    const [first, last] = [history[0], history[29]];
    expect(last.loss).toBeLessThan(first.loss);
    expect(last.dataTerm).toBeLessThan(0.5 * first.dataTerm);
    // The best rule errs on Φ(−√2/0.7) = 2.2 % of the points.
    expect(last.validation?.error).toBeLessThan(0.1);
  });

  it('minimizes the data term’s mean plus β/N of the KL, in short minibatches too', async () => {
    const weights = [0.25, 1, 4];
    const { steps, state, epochs } = await run({
      // The parameters stay what they are.
      learningRateFactor: () => 0,
      optimizer: sgd(),
      klWeight: ({ epoch }) => weights[Math.floor(epoch)],
      seed: 9,
    });
    expect(steps).toHaveLength(3 * stepsPerEpoch);
    const start = initialState(model, sgd(), 9);
    expect(bitsOf({ ...state, step: 0, position: undefined })).toEqual(bitsOf(start));
    const { dense1, dense2 } = divergences(model, valuesOf(start));
    for (const { loss, dataTerm, kl, epoch } of steps) {
      expectFloat32(kl, dense1 + dense2);
      expectFloat32(loss, dataTerm + (weights[epoch] / rows) * kl);
    }
    for (const [epoch, record] of epochs.entries()) {
      const own = steps.filter((step) => step.epoch === epoch);
      const sizes = [5, 5, 5, 5, 3];
      const weighted = (value: (step: StepEvent) => number) =>
        own.reduce((sum, step, i) => sum + (value(step) * sizes[i]) / rows, 0);
      expect(record.dataTerm).toBeCloseTo(
        weighted((step) => step.dataTerm),
        12,
      );
      expect(record.loss).toBeCloseTo(
        weighted((step) => step.loss),
        12,
      );
      expect(record.kl).toBe(own[4].kl);
    }
  });

  it('takes every datapoint once an epoch, in an order of its own', async () => {
    const plain = sequential({ input: [2], layers: [dense({ units: 2 })] });
    const events: StepEvent[] = [];
    await fit(plain, {
      backend: float32Backend(),
      data,
      batch,
      epochs: 2,
      seed: 4,
      optimizer: sgd({ learningRate: 1e-30 }),
      onStep: (event) => events.push(event),
    });
    const start = valuesOf(initialState(plain, sgd(), 4));
    const losses = Array.from({ length: rows }, (_, i) =>
      crossEntropy(forward(plain, data.inputs.slice(2 * i, 2 * i + 2), start), data.targets[i]),
    );
    const orders = [0, 1].map((epoch) => permutation(foldIn(stream(4, 'shuffle'), epoch), rows));
    expect(orders[0]).not.toEqual(orders[1]);
    events.forEach(({ dataTerm, loss, kl }, at) => {
      const [epoch, i] = [Math.floor(at / stepsPerEpoch), at % stepsPerEpoch];
      const taken = Array.from(orders[epoch].slice(i * batch, (i + 1) * batch));
      expectFloat32(dataTerm, taken.reduce((sum, row) => sum + losses[row], 0) / taken.length);
      expect([loss, kl]).toEqual([dataTerm, 0]);
    });
  });

  it('gives the same for the same seed, and something else for another', async () => {
    const [one, again, other] = [await run({ seed: 3 }), await run({ seed: 3 }), await run({ seed: 4 })];
    expect(bitsOf(again.state)).toEqual(bitsOf(one.state));
    expect(again.steps).toEqual(one.steps);
    expect(other.state.parameters['dense1/weights'].data).not.toEqual(one.state.parameters['dense1/weights'].data);
    const noise = await run({ seed: 4, state: { ...initialState(model, adam(), 3), seed: 4 } });
    expect(noise.steps[0].loss).not.toBe(one.steps[0].loss);
  });

  it('draws new noise in each step', async () => {
    // All rows are the same, so that their order makes no difference.
    const same = { inputs: new Float32Array(10).fill(1), targets: [1, 1, 1, 1, 1] };
    const { steps } = await run({ data: same, epochs: 5, learningRateFactor: () => 0 });
    const terms = steps.map(({ dataTerm }) => dataTerm).sort((a, b) => a - b);
    for (let i = 1; i < terms.length; i++) expect(terms[i] - terms[i - 1]).toBeGreaterThan(1e-5);
  });

  it('tells of each step and each epoch', async () => {
    const { steps, epochs, history } = await run({ epochs: 2, validation: blobs(11, 3) });
    expect(steps.map(({ epoch, step }) => [epoch, step])).toEqual(
      [0, 1].flatMap((epoch) => [1, 2, 3, 4, 5].map((step) => [epoch, step])),
    );
    expect(new Set(steps.map((event) => event.stepsPerEpoch))).toEqual(new Set([5]));
    expect(epochs).toEqual(history);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1]);
    for (const { seconds, validation } of epochs) {
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(validation?.nll).toBeGreaterThan(0);
      expect(Number(validation?.error) * 11).toBeCloseTo(Math.round(Number(validation?.error) * 11), 10);
      expect(validation?.rmse).toBeUndefined();
    }
  });

  it('waits for what onEpoch does', async () => {
    const order: string[] = [];
    await run({
      epochs: 2,
      onStep: ({ epoch, step }) => order.push(`step ${epoch}.${step}`),
      onEpoch: async ({ epoch }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`epoch ${epoch}`);
      },
    });
    expect(order.indexOf('epoch 0')).toBe(5);
    expect(order.indexOf('step 1.1')).toBe(6);
  });

  it('lends onEpoch the state, from which another training ends where this one does', async () => {
    const saved: TrainingState[] = [];
    const whole = await run({
      epochs: 3,
      onEpoch: async (_, state) => {
        saved.push(await state());
      },
    });
    expect(saved.map(({ step }) => step)).toEqual([stepsPerEpoch, 2 * stepsPerEpoch, 3 * stepsPerEpoch]);
    expect(saved[2]).toEqual(whole.state);
    expect((await run({ epochs: 3, state: saved[0] })).state).toEqual(whole.state);
  });

  it('takes learning rates and KL weights from schedules', async () => {
    const progress: { epoch: number; step: number }[] = [];
    const still = await run({
      epochs: 2,
      learningRateFactor: (now) => {
        progress.push(now);
        return 0;
      },
    });
    expect(progress.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(progress.map(({ epoch }) => epoch)).toEqual(
      [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8].map((x) => expect.closeTo(x, 12)),
    );
    expect(still.state.parameters).toEqual(initialState(model, adam(), 0).parameters);
    const halved = await run({ learningRateFactor: () => 0.5, optimizer: sgd({ learningRate: 0.2 }) });
    const direct = await run({ optimizer: sgd({ learningRate: 0.1 }) });
    expect(bitsOf(halved.state)).toEqual(bitsOf(direct.state));
  });
});

describe('resuming from a checkpoint', () => {
  const optimizers = [adam({ learningRate: 0.01 }), sgd({ learningRate: 0.05, momentum: 0.9 })];
  for (const optimizer of optimizers) {
    for (const [where, cut] of [
      ['at the end of an epoch', 5],
      ['in the middle of an epoch', 8],
      ['before the short minibatch', 9],
      ['before the first step', 0],
    ] as const) {
      it(`${where}, ${optimizer.name}, goes on bit for bit`, async () => {
        const whole = await run({ optimizer, seed: 2 });
        const controller = new AbortController();
        if (cut === 0) controller.abort();
        const part = await run({
          optimizer,
          seed: 2,
          signal: controller.signal,
          onStep: ({ epoch, step }) => {
            if (epoch * stepsPerEpoch + step === cut) controller.abort();
          },
        });
        expect(part.state.step).toBe(cut);
        const { state } = deserializeState(serializeState(part.state));
        // The seed of the state goes before the option.
        const rest = await run({ optimizer, state, seed: 99 });
        expect(bitsOf(rest.state)).toEqual(bitsOf(whole.state));
        expect(rest.steps).toEqual(whole.steps.slice(cut));
        expect(rest.history.at(-1)).toMatchObject({ epoch: 2, loss: whole.history[2].loss });
      });
    }
  }

  it('does nothing where all epochs are done', async () => {
    const done = await run({ epochs: 2 });
    const again = await run({ epochs: 2, state: done.state });
    expect(bitsOf(again.state)).toEqual(bitsOf(done.state));
    expect([again.stopped, again.history, again.steps]).toEqual(['completed', [], []]);
  });

  it('leaves the state that it was given as it was', async () => {
    const { state } = await run({ epochs: 1 });
    const before = bitsOf(state);
    await run({ epochs: 2, state });
    expect(bitsOf(state)).toEqual(before);
  });

  it('on the float64 reference, within the rounding of the state', async () => {
    const whole = await run({ backend: reference(), optimizer: sgd() });
    const first = await run({ backend: reference(), optimizer: sgd(), epochs: 1 });
    const rest = await run({ backend: reference(), optimizer: sgd(), state: first.state });
    for (const [name, { data: values }] of Object.entries(whole.state.parameters)) {
      values.forEach((value, i) => {
        // Ten small steps of SGD carry the rounding on without blowing it up.
        expect(Math.abs(value - rest.state.parameters[name].data[i])).toBeLessThanOrEqual(
          2 ** -22 * Math.max(1, Math.abs(value)),
        );
      });
    }
  });
});

describe('stopping', () => {
  it('early, and returns the best state', async () => {
    // What is right for the training data is wrong for these: the longer, the worse.
    const validation = blobs(40, 5, true);
    const options = { optimizer: adam({ learningRate: 0.05 }), validation, epochs: 20 };
    const { stopped, state, history } = await run({ ...options, earlyStopping: { patience: 3 } });
    const nlls = history.map((record) => Number(record.validation?.nll));
    const best = nlls.indexOf(Math.min(...nlls));
    expect(stopped).toBe('early');
    expect(history).toHaveLength(best + 1 + 3);
    expect(state.step).toBe((best + 1) * stepsPerEpoch);
    const upTo = await run({ ...options, epochs: best + 1 });
    expect(bitsOf(state)).toEqual(bitsOf(upTo.state));
  });

  it('early, where improvements are smaller than asked for', async () => {
    const options = { validation: blobs(40, 5), epochs: 10 };
    const small = await run({ ...options, earlyStopping: { patience: 2, minimumDelta: 100 } });
    expect([small.stopped, small.history.length, small.state.step]).toEqual(['early', 3, stepsPerEpoch]);
    const any = await run({ ...options, earlyStopping: { patience: 2 } });
    expect([any.stopped, any.history.length]).toEqual(['completed', 10]);
  });

  it('on a signal, after the current step', async () => {
    const controller = new AbortController();
    const taken: [number, number][] = [];
    const { stopped, state, history } = await run({
      signal: controller.signal,
      onStep: ({ epoch, step }) => {
        taken.push([epoch, step]);
        if (epoch === 1 && step === 2) controller.abort();
      },
    });
    expect([stopped, state.step, history.length]).toEqual(['aborted', 7, 1]);
    expect(taken.at(-1)).toEqual([1, 2]);
  });

  it('on a signal that was raised before', async () => {
    const { stopped, state, steps } = await run({ signal: AbortSignal.abort() });
    expect([stopped, state.step, steps]).toEqual(['aborted', 0, []]);
    expect(bitsOf({ ...state, position: undefined })).toEqual(bitsOf(initialState(model, adam(), 0)));
  });

  it('on a signal from a timer, although the backend never waits', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const { stopped } = await run({ epochs: 100_000, signal: controller.signal });
    expect(stopped).toBe('aborted');
  });
});

describe('regression', () => {
  it('learns mean and variance of the noise: the maximum of the likelihood, near the truth', async () => {
    const [n, sigma] = [400, 0.5];
    const inputs = normal(key(1), n);
    const noise = normal(key(2), n);
    const targets = Array.from(inputs, (x, i) => 2 * x - 1 + sigma * noise[i]);
    const line = sequential({ input: [1], layers: [dense({ units: 1 })], likelihood: gaussian() });
    const { state, history } = await fit(line, {
      backend: float32Backend(),
      data: { inputs, targets },
      optimizer: adam({ learningRate: 0.05 }),
      learningRateFactor: piecewiseLinear([200, 1], [500, 0]),
      batch: n,
      epochs: 500,
      validation: { inputs, targets },
    });
    // Least squares in closed form.
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / n;
    const [mx, my] = [mean(inputs), mean(targets)];
    const slope = mean(targets.map((y, i) => (y - my) * (inputs[i] - mx))) / mean(inputs.map((x) => (x - mx) ** 2));
    const variance = mean(targets.map((y, i) => (y - my - slope * (inputs[i] - mx)) ** 2));
    const value = (name: string) => state.parameters[name].data[0];
    expect(value('dense1/weights')).toBeCloseTo(slope, 4);
    expect(value('dense1/bias')).toBeCloseTo(my - slope * mx, 4);
    expect(value('likelihood/logVariance')).toBeCloseTo(Math.log(variance), 4);
    // log σ̂² has the standard error √(2/n): six of them.
    expect(Math.abs(value('likelihood/logVariance') - Math.log(sigma ** 2))).toBeLessThan(6 * Math.sqrt(2 / n));
    const last = history[history.length - 1];
    expect(last.validation?.rmse).toBeCloseTo(Math.sqrt(variance), 4);
    expect(last.dataTerm).toBeCloseTo(0.5 * (Math.log(2 * Math.PI * variance) + 1), 4);
    expect(last.validation?.nll).toBeCloseTo(last.dataTerm, 4);
  });
});
