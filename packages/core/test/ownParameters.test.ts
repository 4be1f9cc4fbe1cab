import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adam,
  dense,
  type FitOptions,
  fit,
  initialState,
  type LayerDefinition,
  type Likelihood,
  logAlphas,
  type Model,
  mask,
  predict,
  prune,
  resizeModel,
  sequential,
  sparsity,
} from '../src/index.js';
import { meanField } from '../src/noise/index.js';
import { momentsProgram } from '../src/prediction/index.js';
import { createReferenceBackend } from '../src/reference/index.js';
import { createTrainer } from '../src/training/index.js';
import { withLikelihood } from './withLikelihood.js';

type Specification = Readonly<Record<string, unknown>>;

const backend = createReferenceBackend();
/** Half the squared error over a learned scale, with the parameters that it says it has. */
const scaled = (parameters: unknown, key = 'scale'): Likelihood<'values'> => ({
  name: 'own-scaled',
  targets: 'values',
  targetShape: (outputShape) => outputShape,
  parameters: (() => parameters) as Likelihood['parameters'],
  negativeLogLikelihood: (b, output, target, { [key]: scale }) =>
    b.reduceSum(b.add(b.mul(0.5, b.square(b.div(b.sub(target, output), b.exp(scale)))), scale), [1]),
  predictive: (b, output, { [key]: scale }) => ({ kind: 'values', mean: output, variance: b.exp(b.mul(2, scale)) }),
});
const noisy = (parameters: unknown) =>
  ({ ...meanField(), parameters: () => parameters }) as ReturnType<typeof meanField>;
const layerOf = (parameters: unknown): LayerDefinition => ({
  kind: 'own',
  build: (name, [shape]) =>
    ({ name, kind: 'own', inputShapes: [shape], outputShape: shape, parameters, apply: (_, [x]) => x }) as ReturnType<
      LayerDefinition['build']
    >,
});

const model = sequential({ input: [3], layers: [dense({ units: 2 })] });
const data = { inputs: [0.5, 1, -1, 0, 2, 1], targets: [0.25, 1, -1, 0.5] };
const train = async (likelihood: Likelihood, options: Partial<FitOptions> = {}) =>
  fit(withLikelihood(model, likelihood), { backend, data, epochs: 1, ...options });

const number = fc.double({ min: -3, max: 3, noNaN: true });
const starts = fc.oneof(
  fc.record({ kind: fc.constant('constant'), value: number }),
  fc.record({ kind: fc.constant('normal'), deviation: number.map(Math.abs) }),
  fc.record({ kind: fc.constant('uniform'), limit: number.map(Math.abs) }),
);
const specifications: fc.Arbitrary<readonly Specification[]> = fc
  .array(fc.record({ shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }), initialize: starts }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) => list.map((each, i) => ({ ...each, name: `p${i}` })));

/** What may be wrong with one of them, and a word of what is said. */
const faults: Readonly<Record<string, (good: Specification) => readonly [unknown, RegExp]>> = {
  'no start': ({ initialize: _, ...rest }) => [rest, /initialize: got nothing/],
  'a start in a word': (good) => [{ ...good, initialize: 'zeros' }, /initialize\.kind: got nothing/],
  'an unknown kind': (good) => [{ ...good, initialize: { kind: 'zeros' } }, /initialize\.kind: got 'zeros'/],
  'a kind of all objects': (good) => [
    { ...good, initialize: { kind: 'toString' } },
    /initialize\.kind: got 'toString'/,
  ],
  'a start without its number': (good) => [
    { ...good, initialize: { kind: 'normal', value: 1 } },
    /deviation: got nothing/,
  ],
  'a start of NaN': (good) => [{ ...good, initialize: { kind: 'constant', value: Number.NaN } }, /value: got NaN/],
  'a start beyond float32': (good) => [{ ...good, initialize: { kind: 'constant', value: 1e39 } }, /value: got 1e\+39/],
  'a negative spread': (good) => [{ ...good, initialize: { kind: 'uniform', limit: -1 } }, /limit: got -1/],
  'runs that do not divide the elements': (good) => [
    { ...good, shape: [5], initialize: { kind: 'runs', values: [0, 1] } },
    /values: got \[0, 1\], needs finite numbers, as many as divide the 5 elements/,
  ],
  'runs of no number': (good) => [{ ...good, initialize: { kind: 'runs', values: [null] } }, /values: got \[null\]/],
  'one number for runs': (good) => [{ ...good, initialize: { kind: 'runs', values: 1 } }, /values: got 1/],
  'no runs': (good) => [{ ...good, initialize: { kind: 'runs', values: [] } }, /values: got \[\]/],
  'orthogonal vectors of one axis': (good) => [
    { ...good, shape: [4], initialize: { kind: 'orthogonal' } },
    /shape: got \[4\], needs two axes or more/,
  ],
  'a number as shape': (good) => [{ ...good, shape: 3 }, /shape: got 3/],
  'no shape': (good) => [{ ...good, shape: undefined }, /shape: got nothing/],
  'an axis of half': (good) => [{ ...good, shape: [2, 0.5] }, /shape: got \[2, 0\.5\]/],
  'an axis of none': (good) => [{ ...good, shape: [0] }, /shape: got \[0\]/],
  'an axis in a word': (good) => [{ ...good, shape: ['batch'] }, /shape: got \['batch'\]/],
  'no name': (good) => [{ ...good, name: undefined }, /parameters: got an object with/],
  'a number as name': (good) => [{ ...good, name: 3 }, /parameters: got 3/],
  'an empty name': (good) => [{ ...good, name: '' }, /parameters: got ''/],
  'another owner': (good) => [{ ...good, owner: 'model' }, /owner: got 'model'/],
  'nothing at all': () => [null, /parameters: got null/],
};

const broken = fc.record({
  list: specifications,
  fault: fc.constantFrom(...Object.keys(faults), 'a name twice'),
  at: fc.nat(),
});

describe('parameters of one’s own', () => {
  it('are refused before training, whoever lists them, with the place of the fault', async () => {
    await fc.assert(
      fc.asyncProperty(broken, async ({ list, fault, at }) => {
        const i = at % list.length;
        const [wrong, message] = faults[fault]?.(list[i]) ?? [
          { ...list[i] },
          /parameters: got 'p\d', needs each name once/,
        ];
        const given = fault === 'a name twice' ? [...list, wrong] : list.map((each, k) => (k === i ? wrong : each));
        const likelihood = { code: 'VARDROP_LIKELIHOOD', message: expect.stringMatching(message) };
        let steps = 0;
        await expect(train(scaled(given), { onStep: () => steps++ })).rejects.toMatchObject(likelihood);
        expect(steps).toBe(0);
        expect(() => withLikelihood(model, scaled(given))).toThrow(expect.objectContaining(likelihood));
        // One that is changed after it was checked is refused where it is used.
        const changed: Model = { ...model, likelihood: scaled(given) } as Model;
        expect(() => initialState(changed, adam(), 1)).toThrow(expect.objectContaining(likelihood));
        await expect(predict(changed, { backend, parameters: {}, inputs: data.inputs })).rejects.toMatchObject(
          likelihood,
        );
        const refused = expect.objectContaining({ ...likelihood, code: 'VARDROP_MODEL' });
        expect(() => sequential({ input: [3], noise: noisy(given), layers: [dense({ units: 2 })] })).toThrow(refused);
        expect(() => sequential({ input: [3], layers: [layerOf(given)] })).toThrow(refused);
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(backend.liveTensors()).toBe(0);
  });

  it('are taken where nothing is wrong with them', () => {
    fc.assert(
      fc.property(specifications, (list) => {
        const built = sequential({
          input: [3],
          noise: noisy(list),
          layers: [layerOf(list), dense({ units: 2 })],
          likelihood: scaled(list),
        });
        const { parameters } = initialState(built, adam(), 1);
        const names = ['own1', 'dense1', 'likelihood'].flatMap((owner) => list.map(({ name }) => `${owner}/${name}`));
        expect(Object.keys(parameters)).toEqual(expect.arrayContaining(names));
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  it.each([
    ['no list', { scale: [] }],
    ['nothing', undefined],
  ])('are refused where they are %s', async (_, given) => {
    await expect(train(scaled(given))).rejects.toMatchObject({ code: 'VARDROP_LIKELIHOOD' });
    expect(() => sequential({ input: [3], layers: [layerOf(given)] })).toThrow(
      expect.objectContaining({ code: 'VARDROP_MODEL' }),
    );
  });

  it('of a noise may not be called what the layer calls its own', () => {
    const list = [{ name: 'weights', shape: [3, 2], initialize: { kind: 'constant', value: 0 } }];
    expect(() => sequential({ input: [3], noise: noisy(list), layers: [dense({ units: 2 })] })).toThrow(
      expect.objectContaining({
        code: 'VARDROP_MODEL',
        message: expect.stringMatching(/got 'weights', needs each name once/),
      }),
    );
  });

  it('are told of by name where a likelihood reads one that it does not list', async () => {
    const list = [{ name: 'scale', shape: [2], initialize: { kind: 'constant', value: 0 } }];
    await train(scaled(list));
    await expect(train(scaled(list, 'skale'))).rejects.toMatchObject({
      code: 'VARDROP_PROGRAM',
      message: expect.stringMatching(/^\[objective\/.*operand: got nothing.*under a name that it does not have/),
    });
    expect(backend.liveTensors()).toBe(0);
  });
});

describe('no model', () => {
  const loose = (call: unknown) => call as (...values: readonly unknown[]) => unknown;
  const calls: Readonly<Record<string, (nothing: unknown) => unknown>> = {
    createTrainer: (nothing) => loose(createTrainer)(nothing, {}),
    fit: (nothing) => loose(fit)(nothing, {}),
    initialState: (nothing) => loose(initialState)(nothing, adam(), 1),
    logAlphas: (nothing) => loose(logAlphas)(nothing, {}),
    mask: (nothing) => loose(mask)(nothing, {}),
    momentsProgram: (nothing) => loose(momentsProgram)(nothing),
    predict: (nothing) => loose(predict)(nothing, {}),
    prune: (nothing) => loose(prune)(nothing, {}),
    resizeModel: (nothing) => loose(resizeModel)(nothing, {}),
    sparsity: (nothing) => loose(sparsity)(nothing, {}),
  };

  it.each(Object.entries(calls))('is refused by %s', async (_, call) => {
    for (const nothing of [null, undefined, 3, {}, Promise.resolve(model)]) {
      const result = (async () => call(nothing))();
      await expect(result).rejects.toMatchObject({
        code: 'VARDROP_MODEL',
        message: expect.stringMatching(/model: got/),
      });
    }
  });

  it.each([null, undefined, 3])('no parameters (%s) are refused by resizeModel', (nothing) => {
    expect(() => loose(resizeModel)(model, nothing)).toThrow(expect.objectContaining({ code: 'VARDROP_STATE' }));
  });
});
