import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTensors } from '../src/backend/index.js';
import { createTrainer } from '../src/extend.js';
import {
  adam,
  createPredictor,
  dense,
  deserializeState,
  evaluateRegression,
  fit,
  gaussian,
  initialState,
  type Likelihood,
  logAlphas,
  type Model,
  mask,
  predict,
  prune,
  sequential,
  serializeState,
  sparseVariational,
  sparsity,
  type TensorMap,
  type TrainingState,
} from '../src/index.js';
import * as random from '../src/random/index.js';
import { createReferenceBackend } from '../src/reference/index.js';

/** What one case is made of: no axis is as long as another, and no number is round. */
interface Fixture {
  readonly model: Model<Likelihood<'values'>>;
  readonly state: TrainingState;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly rows: number;
}

/** Hands an array in, perhaps as another kind of array, perhaps with something else in it. */
type Give = (values: Float32Array) => ArrayLike<number>;

const optimizer = adam();
const backend = createReferenceBackend();

const fixtures: fc.Arbitrary<Fixture> = fc
  .record({ seed: fc.nat(1000), columns: fc.integer({ min: 2, max: 4 }), rows: fc.integer({ min: 5, max: 7 }) })
  .map(({ seed, columns, rows }) => {
    const model = sequential({
      input: [columns],
      likelihood: gaussian(),
      noise: sparseVariational({ logVariance: -3 }),
      layers: [dense({ units: columns + 1, activation: 'tanh' }), dense({ units: 2 })],
    });
    const numbers = (purpose: number, count: number) => random.normal(random.foldIn(random.key(seed), purpose), count);
    const start = initialState(model, optimizer, seed);
    const filled = (map: TensorMap, purpose: number): TensorMap =>
      Object.fromEntries(
        Object.entries(map).map(([name, { shape, data }], i) => [
          name,
          // Second moments are not negative.
          { shape, data: numbers(purpose + i, data.length).map((value) => 0.1 * Math.abs(value)) },
        ]),
      );
    const state = {
      ...start,
      parameters: filled(start.parameters, 10),
      optimizer: { ...start.optimizer, slots: filled(start.optimizer.slots, 30) },
    };
    return { model, state, inputs: numbers(1, rows * columns), targets: numbers(2, rows * 2), rows };
  });

const giveMap = (map: TensorMap, give: Give): TensorMap<ArrayLike<number>> =>
  Object.fromEntries(Object.entries(map).map(([name, { shape, data }]) => [name, { shape, data: give(data) }]));

const giveState = ({ parameters, optimizer: { name, slots }, step, seed }: TrainingState, give: Give) => ({
  parameters: giveMap(parameters, give),
  optimizer: { name, slots: giveMap(slots, give) },
  step,
  seed,
});

/** Everything that takes numbers from outside, with each array that it takes passed through `give`. */
const doors: Readonly<Record<string, (fixture: Fixture, give: Give) => unknown>> = {
  'fit: data and state': async ({ model, state, inputs, targets }, give) => {
    const data = { inputs: give(inputs), targets: give(targets) };
    const given = giveState(state, give);
    return (await fit(model, { backend, optimizer, data, state: given, epochs: 1, batch: 4 })).state;
  },
  'fit: validation': async ({ model, state, inputs, targets }, give) => {
    const validation = { inputs: give(inputs), targets: give(targets) };
    const data = { inputs, targets };
    const options = { backend, optimizer, data, validation, state, epochs: 1, batch: 4 };
    return (await fit(model, options)).history[0].validation;
  },
  predict: ({ model, state, inputs }, give) =>
    predict(model, {
      backend,
      parameters: giveMap(state.parameters, give),
      inputs: give(inputs),
      samples: 2,
    }),
  'createPredictor().run': async ({ model, state, inputs }, give) => {
    const predictor = createPredictor(model, { backend, samples: 2 });
    const parameters = Object.fromEntries(
      Object.entries(state.parameters).map(([name, { shape, data }]) => [name, backend.upload(data, shape)]),
    );
    return predictor.run(parameters, give(inputs));
  },
  createTrainer: async ({ model, state }, give) =>
    createTrainer(model, { backend, optimizer, state: giveState(state, give) }).state(),
  'createTrainer().run': ({ model, state, inputs, targets, rows }, give) =>
    createTrainer(model, { backend, optimizer, state }).run(
      { rows, inputs: { x: give(inputs) }, targets: { output: give(targets) } },
      { learningRateFactor: 10, klScale: 0.1 },
    ),
  evaluateRegression: async ({ model, state, inputs, targets }, give) => {
    const options = { backend, parameters: state.parameters, inputs, samples: 2 };
    return evaluateRegression(await predict(model, options), give(targets));
  },
  logAlphas: ({ model, state }, give) => logAlphas(model, giveMap(state.parameters, give)),
  sparsity: ({ model, state }, give) => sparsity(model, giveMap(state.parameters, give), { threshold: 1 }),
  mask: ({ model, state }, give) => mask(model, giveMap(state.parameters, give), { threshold: 1 }),
  prune: ({ model, state }, give) => prune(model, giveMap(state.parameters, give), { threshold: 1 }).parameters,
  serializeState: ({ state }, give) => deserializeState(serializeState(giveState(state, give))).state,
  readTensors: ({ model, state }, give) =>
    readTensors('[test] parameter', model.parameters, giveMap(state.parameters, give), {
      others: 'kept',
      remedy: 'Look here.',
    }),
};

/** The same numbers in other arrays. */
const kinds: Readonly<Record<string, Give>> = {
  'an array': (values) => Array.from(values),
  'a Float64Array': (values) => Float64Array.from(values),
  // Not float32 until they are rounded: to the same numbers, if they are rounded once.
  'an array with more digits than float32 has': (values) => Array.from(values, (value) => value * (1 + 2 ** -30)),
};

/** What is no number, or none that float32 holds. */
const spoilers: readonly unknown[] = [
  null,
  undefined,
  '',
  '0.5',
  true,
  [],
  [1],
  {},
  1n,
  Symbol('one'),
  new Date(0),
  () => 1,
  Object.create(null),
  1e39,
  -3.5e38,
];

describe.each(Object.entries(doors))('%s', (_, open) => {
  it.each(Object.entries(kinds))('takes %s of numbers as a Float32Array', async (kind, give) => {
    // Metrics compute in float64, and round nothing.
    if (open === doors.evaluateRegression && kind.includes('digits')) return;
    await fc.assert(
      fc.asyncProperty(fixtures, async (fixture) => {
        const wanted = await open(fixture, (values) => values);
        expect(await open(fixture, give)).toEqual(wanted);
      }),
      { numRuns: 3 },
    );
  });

  it('refuses what is no number of float32, and says where it is', async () => {
    let arrays = 0;
    await fc.assert(
      fc.asyncProperty(fixtures, fc.nat(), fc.nat(), fc.constantFrom(...spoilers), async (fixture, which, at, bad) => {
        arrays = 0;
        await open(fixture, (values) => {
          arrays++;
          return values;
        });
        let seen = 0;
        let place = '';
        const code = typeof bad === 'number' ? 'VARDROP_NON_FINITE' : 'VARDROP_TYPE';
        const spoil: Give = (values) => {
          if (seen++ !== which % arrays) return values;
          const spoilt: unknown[] = Array.from(values);
          spoilt[at % values.length] = bad;
          place = String(at % values.length);
          return spoilt as number[];
        };
        const failure = await Promise.resolve()
          .then(() => open(fixture, spoil))
          .then(
            () => undefined,
            (error: unknown) => error,
          );
        // Metrics compute in float64, for which these are numbers.
        if (failure === undefined && code === 'VARDROP_NON_FINITE' && open === doors.evaluateRegression) return;
        expect(failure).toMatchObject({ name: 'VardropError', code });
        expect((failure as Error).message).toMatch(/ (at \d+|in row \d+, column \d+), needs /);
        if (arrays === 1 && /at \d+/.test((failure as Error).message)) {
          expect((failure as Error).message).toContain(`at ${place}`);
        }
      }),
      { numRuns: 15 },
    );
  });

  it.each([
    ['a BigInt64Array', (values: Float32Array) => BigInt64Array.from(values, () => 1n)],
    ['a string', (values: Float32Array) => '1'.repeat(values.length)],
    ['null', () => null],
    ['what JSON makes of a Float32Array', (values: Float32Array) => JSON.parse(JSON.stringify(values))],
    ['an object with a length', (values: Float32Array) => ({ ...values, length: values.length })],
    ['a DataView', (values: Float32Array) => new DataView(new ArrayBuffer(4 * values.length))],
  ] as const)('refuses %s', async (_kind, give) => {
    const [fixture] = fc.sample(fixtures, { numRuns: 1, seed: 1 });
    const act = async () => open(fixture, (values) => give(values) as never);
    await expect(act()).rejects.toMatchObject({ name: 'VardropError', code: 'VARDROP_TYPE' });
  });
});

describe('a Float32Array', () => {
  it('passes without a copy', () => {
    const [{ model, state }] = fc.sample(fixtures, { numRuns: 1, seed: 1 });
    const read = readTensors('[test] parameter', model.parameters, state.parameters, { remedy: 'Look here.' });
    for (const { name } of model.parameters) expect(read[name].data).toBe(state.parameters[name].data);
  });
});
