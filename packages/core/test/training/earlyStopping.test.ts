import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dense, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { fit } from '../../src/network/index.js';
import type { Optimizer } from '../../src/optimizers/index.js';
import type { EarlyStopping } from '../../src/training/index.js';
import { bitsOf, float32Backend } from './helpers.js';

/** Sets every parameter to the schedule's factor, so that a schedule says what each epoch's parameters are. */
const setting: Optimizer = {
  name: 'setting',
  slots: () => [],
  scalarNames: ['setting/value'],
  scalars: (_, rateFactor) => ({ 'setting/value': rateFactor }),
  update: (b, { parameters, scalars }) => ({
    updates: Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [name, b.sub(scalars['setting/value'], parameter)]),
    ),
    slots: {},
  }),
};

const model = sequential({ input: [1], likelihood: gaussian(), layers: [dense({ units: 1 })] });
const validation = { inputs: new Float32Array(1), targets: [2] };
const data = { inputs: new Float32Array(3), targets: [1, 2, 3] };

/** Trains two steps an epoch, after each of which the parameters are the epoch's value. */
async function train(values: readonly number[], earlyStopping?: EarlyStopping, stopAt?: number) {
  const controller = new AbortController();
  let steps = 0;
  return fit(model, {
    backend: float32Backend(),
    optimizer: setting,
    learningRateFactor: ({ epoch }) => values[Math.floor(epoch)],
    data,
    batch: 2,
    epochs: values.length,
    validation,
    earlyStopping,
    signal: controller.signal,
    onStep: () => {
      if (++steps === stopAt) controller.abort();
    },
  });
}

// Few different values, so that there are ties, plateaus and returns; the NLL is not monotone in them.
const sequences = fc.array(
  fc.integer({ min: 0, max: 9 }).map((n) => n / 2),
  { minLength: 1, maxLength: 12 },
);
const patiences = fc.integer({ min: 1, max: 4 });

it('early stopping does what five lines do, on any sequence of losses', async () => {
  const deltas = fc.constantFrom(undefined, 0, 0.01, 0.2, 1);
  await fc.assert(
    fc.asyncProperty(sequences, patiences, deltas, async (values, patience, minimumDelta) => {
      const { history } = await train(values);
      const losses = history.map((record) => Number(record.validation?.nll));
      expect(losses).toHaveLength(values.length);
      let [best, epoch] = [0, 0];
      for (; epoch < losses.length; epoch++) {
        if (epoch > 0 && losses[epoch] < losses[best] - (minimumDelta ?? 0)) best = epoch;
        if (epoch - best >= patience) break;
      }
      const result = await train(values, { patience, minimumDelta });
      expect(result.stopped).toBe(epoch < losses.length ? 'early' : 'completed');
      expect(result.history).toHaveLength(Math.min(epoch + 1, losses.length));
      expect(result.state.step).toBe(2 * (best + 1));
      for (const { data: parameter } of Object.values(result.state.parameters)) {
        expect([...parameter]).toEqual([values[best]]);
      }
    }),
    { numRuns: 25 },
  );
});

describe('an abort', () => {
  it('returns the current state, also with early stopping', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, fc.nat(), async (values, at) => {
        const stopAt = 1 + (at % (2 * values.length));
        // Patience that never ends training before the abort does.
        const watched = await train(values, { patience: values.length + 1 }, stopAt);
        const plain = await train(values, undefined, stopAt);
        // After the last step of all there is nothing left to abort.
        const over = stopAt === 2 * values.length;
        expect(watched.stopped).toBe(over ? 'completed' : 'aborted');
        if (over) return;
        expect(watched.state.step).toBe(stopAt);
        expect(bitsOf(watched.state)).toEqual(bitsOf(plain.state));
        for (const { data: parameter } of Object.values(watched.state.parameters)) {
          expect([...parameter]).toEqual([values[Math.floor((stopAt - 1) / 2)]]);
        }
      }),
      { numRuns: 15 },
    );
  });
});
