import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deserializeState, serializeState } from '../../src/checkpoint/index.js';
import { type FitOptions, fit } from '../../src/network/index.js';
import { adam } from '../../src/optimizers/index.js';
import { key, permutation } from '../../src/random/index.js';
import { createCourse } from '../../src/training/course.js';
import { type Dataset, initialState, type StepEvent } from '../../src/training/index.js';
import { bitsOf, blobs, float32Backend, smallModel, spoiled } from './helpers.js';

const model = smallModel();

/** Trains for so many steps, or to the end, and tells of each. */
async function train(options: Omit<FitOptions, 'backend'>, steps = Number.POSITIVE_INFINITY) {
  const controller = new AbortController();
  const events: StepEvent[] = [];
  const result = await fit(model, {
    backend: float32Backend(),
    signal: controller.signal,
    onStep: (event) => {
      events.push(event);
      if (events.length === steps) controller.abort();
    },
    ...options,
  });
  const state = deserializeState(serializeState(result.state)).state;
  expect(state).toEqual(result.state);
  return { ...result, state, events };
}

const sizes = fc.record({
  rows: fc.integer({ min: 3, max: 30 }),
  batch: fc.integer({ min: 1, max: 12 }),
  at: fc.nat(),
});

/** A step before the last of three epochs. */
const cutOf = ({ rows, batch, at }: { rows: number; batch: number; at: number }) =>
  1 + (at % (3 * Math.ceil(rows / batch) - 1));

describe('a state that goes on', () => {
  it('on the same data does so bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const data = blobs(size.rows);
        const options = { data, batch: size.batch, epochs: 3, seed: 5 };
        const whole = await train(options);
        expect(whole.started).toBe('anew');
        const part = await train(options, cutOf(size));
        // The same numbers in arrays of another kind.
        const copy = { inputs: data.inputs.slice(), targets: Array.from(data.targets) };
        const rest = await train({ ...options, data: copy, state: part.state });
        expect(rest.started).toBe('resumed');
        expect(bitsOf(rest.state)).toEqual(bitsOf(whole.state));
        expect([...part.events, ...rest.events]).toEqual(whole.events);
      }),
      { numRuns: 6 },
    );
  });

  it('in minibatches of another size takes the rows that were left, and no epoch twice', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 12 }), async (size, batch) => {
        const data = blobs(size.rows);
        const part = await train({ data, batch: size.batch, epochs: 3 }, cutOf(size));
        const { position } = part.state;
        expect(position).toMatchObject({ rows: size.rows });
        const rest = await train({ data, batch, epochs: 3, state: part.state });
        expect(rest.started).toBe('resumed');
        const [epoch, row] = [position?.epoch ?? Number.NaN, position?.row ?? Number.NaN];
        const left = Math.ceil((size.rows - row) / batch) + (2 - epoch) * Math.ceil(size.rows / batch);
        expect(rest.events).toHaveLength(left);
        expect(rest.history.map((record) => record.epoch)).toEqual([0, 1, 2].slice(epoch));
        for (const { step, stepsPerEpoch } of rest.events) expect(step).toBeLessThanOrEqual(stepsPerEpoch);
      }),
      { numRuns: 6 },
    );
  });

  const others: Readonly<Record<string, (data: Dataset, at: number) => Dataset>> = {
    'with fewer rows': ({ inputs, targets }) => ({
      inputs: inputs.slice(0, 4),
      targets: Array.from(targets).slice(0, 2),
    }),
    'with another input': ({ inputs, targets }, at) => {
      const index = at % inputs.length;
      return { inputs: spoiled(inputs, index, inputs[index] + 1), targets };
    },
    'with another target': ({ inputs, targets }, at) => {
      const index = at % targets.length;
      return { inputs, targets: spoiled(targets, index, 1 - targets[index]) };
    },
  };
  for (const [name, change] of Object.entries(others)) {
    it(`on data ${name} begins a first epoch, and says so`, async () => {
      await fc.assert(
        fc.asyncProperty(sizes, fc.nat(), async (size, at) => {
          const data = blobs(size.rows);
          const part = await train({ data, batch: size.batch, epochs: 3 }, cutOf(size));
          const other = change(data, at);
          const next = await train({ data: other, batch: size.batch, epochs: 2, state: part.state });
          const steps = 2 * Math.ceil(other.targets.length / size.batch);
          expect(next).toMatchObject({ started: 'otherData', stopped: 'completed' });
          expect(next.history.map(({ epoch }) => epoch)).toEqual([0, 1]);
          expect(next.events).toHaveLength(steps);
          expect(next.state.step).toBe(part.state.step + steps);
          // From there on these are its data.
          expect((await train({ data: other, batch: size.batch, epochs: 2, state: next.state })).events).toEqual([]);
        }),
        { numRuns: 5 },
      );
    });
  }

  it('is refused with a position that is none', async () => {
    const position = { epoch: 0, row: 5, rows: 5, digest: '' };
    const state = { ...initialState(model, adam(), 0), position };
    await expect(train({ data: blobs(5), state })).rejects.toMatchObject({
      code: 'VARDROP_STATE',
      message: expect.stringContaining('position'),
    });
  });
});

it('a course takes each row of an epoch once, wherever it begins', () => {
  fc.assert(
    fc.property(sizes, fc.nat({ max: 4 }), ({ rows, batch, at }, epoch) => {
      const data = { rows, digest: 'd' };
      const row = at % rows;
      const state = { ...initialState(model, adam(), 0), step: 7, position: { epoch, row, ...data } };
      const course = createCourse(state, data, batch);
      const order = permutation(key(0), rows);
      const taken: number[] = [];
      let step = 7;
      for (let now = course.at(step); now.epoch <= epoch + 1; now = course.at(++step)) {
        taken.push(...order.subarray(now.row, now.row + batch));
        expect(now).toMatchObject(data);
      }
      expect(taken).toEqual([...order.subarray(row), ...order]);
    }),
  );
});
