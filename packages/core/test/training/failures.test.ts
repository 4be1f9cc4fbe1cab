import { describe, expect, it } from 'vitest';
import { dense, type LayerDefinition, type Model, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { type FitOptions, fit } from '../../src/network/index.js';
import { adam, sgd } from '../../src/optimizers/index.js';
import { initialState, TrainingError, type TrainingState } from '../../src/training/index.js';
import { watched } from '../prediction/helpers.js';
import { withLikelihood } from '../withLikelihood.js';
import { blobs, rows, smallModel, spoiled } from './helpers.js';

const model = smallModel();
const data = blobs();

/** What fit throws, and what the backend was asked for and is left with. */
async function failure(
  options: Partial<FitOptions>,
  of: Model = model,
  backendOptions: Parameters<typeof watched>[0] = {},
) {
  const { backend, counts } = watched(backendOptions);
  const error: unknown = await fit(of, { backend, data, batch: 5, epochs: 2, ...options }).then(
    () => undefined,
    (reason) => reason,
  );
  return { error, counts, left: backend.liveTensors() };
}

describe('before anything is compiled or uploaded, fit refuses', () => {
  const state = initialState(model, adam(), 0);
  const reshaped = (change: (given: TrainingState) => unknown) => change(state) as TrainingState;
  const own = dense({ units: 3 });
  const wide = sequential({ input: [2], layers: [own] });
  const regression = withLikelihood(model, gaussian());
  const values = new Float32Array(rows * 2);
  const image: LayerDefinition = { ...own, build: (...given) => ({ ...own.build(...given), outputShape: [1, 3] }) };
  const cases: readonly [string, string, string, Partial<FitOptions>, Model?][] = [
    ...[0, -1, 1.5, Number.NaN].flatMap((value): [string, string, string, Partial<FitOptions>][] => [
      [`epochs ${value}`, 'VARDROP_OPTION', 'epochs', { epochs: value }],
      [`batch ${value}`, 'VARDROP_OPTION', 'batch', { batch: value }],
      [`patience ${value}`, 'VARDROP_OPTION', 'patience', { earlyStopping: { patience: value }, validation: data }],
    ]),
    ...[-1, Number.NaN, Number.POSITIVE_INFINITY].flatMap((value): [string, string, string, Partial<FitOptions>][] => [
      [`klWeight ${value}`, 'VARDROP_OPTION', 'klWeight', { klWeight: value }],
      [
        `minimumDelta ${value}`,
        'VARDROP_OPTION',
        'minimumDelta',
        { earlyStopping: { patience: 1, minimumDelta: value }, validation: data },
      ],
    ]),
    ['early stopping without validation', 'VARDROP_OPTION', 'validation', { earlyStopping: { patience: 1 } }],
    ['a seed of −1', 'VARDROP_INVALID_SEED', '-1', { seed: -1 }],
    ...['dense1/bias', 'dense2/weights', 'dense1/logVariance'].map(
      (name): [string, string, string, Partial<FitOptions>] => {
        const { shape, data: values } = state.parameters[name];
        const parameters = { ...state.parameters, [name]: { shape, data: spoiled(values, 1, Number.NaN) } };
        return [`NaN in ${name}`, 'VARDROP_STATE', `'${name}': got NaN at 1`, { state: { ...state, parameters } }];
      },
    ),
    ['no rows', 'VARDROP_EMPTY', '[fit] inputs', { data: { inputs: new Float32Array(0), targets: [] } }],
    ['half a row', 'VARDROP_SHAPE', '[fit] inputs', { data: { inputs: new Float32Array(3), targets: [0] } }],
    [
      'too few labels',
      'VARDROP_SHAPE',
      '[fit] targets: got 22 values, needs 23',
      { data: { ...data, targets: new Array(22).fill(0) } },
    ],
    [
      'NaN in the inputs',
      'VARDROP_NON_FINITE',
      'NaN in row 3, column 1',
      { data: { ...data, inputs: spoiled(data.inputs, 7, Number.NaN) } },
    ],
    [
      'an infinite input',
      'VARDROP_NON_FINITE',
      'Infinity in row 0, column 0',
      { data: { ...data, inputs: spoiled(data.inputs, 0, Number.POSITIVE_INFINITY) } },
    ],
    [
      'a label beyond the classes',
      'VARDROP_LABEL',
      'label 2 in row 4, needs integers from 0 to 1',
      { data: { ...data, targets: spoiled(data.targets, 4, 2) } },
    ],
    [
      'a label below 0',
      'VARDROP_LABEL',
      'label -1 in row 22',
      { data: { ...data, targets: spoiled(data.targets, 22, -1) } },
    ],
    [
      'half a label',
      'VARDROP_LABEL',
      'label 0.5 in row 0',
      { data: { ...data, targets: spoiled(data.targets, 0, 0.5) } },
    ],
    [
      'NaN for a label',
      'VARDROP_LABEL',
      'label NaN',
      { data: { ...data, targets: spoiled(data.targets, 0, Number.NaN) } },
    ],
    ['one value a row for two outputs', 'VARDROP_SHAPE', 'needs 46', { data }, regression],
    [
      'NaN among target values',
      'VARDROP_NON_FINITE',
      'NaN in row 2, column 1',
      { data: { ...data, targets: spoiled(values, 5, Number.NaN) } },
      regression,
    ],
    [
      'a target beyond float32',
      'VARDROP_NON_FINITE',
      '1e+39 in row 0, column 1',
      { data: { ...data, targets: Array.from(values, (_, i) => (i === 1 ? 1e39 : 0)) } },
      regression,
    ],
    [
      'bad validation data',
      'VARDROP_NON_FINITE',
      '[fit validation] inputs',
      { validation: { ...data, inputs: spoiled(data.inputs, 7, Number.NaN) } },
    ],
    [
      'validation labels out of range',
      'VARDROP_LABEL',
      '[fit validation]',
      { validation: { ...data, targets: spoiled(data.targets, 4, 9) } },
    ],
    [
      'empty validation data',
      'VARDROP_EMPTY',
      '[fit validation]',
      { validation: { inputs: new Float32Array(0), targets: [] } },
    ],
    ['one class', 'VARDROP_SHAPE', 'at least 2 classes', {}, sequential({ input: [2], layers: [dense({ units: 1 })] })],
    ['outputs that are no logits', 'VARDROP_SHAPE', '[categorical]', {}, sequential({ input: [2], layers: [image] })],
    [
      'a likelihood, which belongs to the model',
      'VARDROP_OPTION',
      'It belongs to the model: sequential({ input, layers, likelihood }).',
      { likelihood: gaussian() } as Partial<FitOptions>,
    ],
    ['the state of another model', 'VARDROP_STATE', 'dense1/weights', { state }, wide],
    ['the state of another optimizer', 'VARDROP_STATE', "needs 'sgd'", { state, optimizer: sgd() }],
    [
      'a state without slots',
      'VARDROP_STATE',
      'firstMoment',
      { state: reshaped((given) => ({ ...given, optimizer: { name: 'adam', slots: {} } })) },
    ],
    [
      'a state with more parameters',
      'VARDROP_STATE',
      "'more'",
      {
        state: reshaped((given) => ({
          ...given,
          parameters: { ...given.parameters, more: { shape: [], data: new Float32Array(1) } },
        })),
      },
    ],
    [
      'a state with too few values',
      'VARDROP_STATE',
      'dense2/bias',
      {
        state: reshaped((given) => ({
          ...given,
          parameters: { ...given.parameters, 'dense2/bias': { shape: [2], data: new Float32Array(1) } },
        })),
      },
    ],
    ['a state of step 0.5', 'VARDROP_STATE', 'step', { state: { ...state, step: 0.5 } }],
    ['a state of step −1', 'VARDROP_STATE', 'step', { state: { ...state, step: -1 } }],
    ['a state without a seed', 'VARDROP_STATE', 'seed', { state: { ...state, seed: Number.NaN } }],
  ];
  for (const [name, code, text, options, of] of cases) {
    it(`${name}: ${code}`, async () => {
      const { error, counts, left } = await failure(options, of);
      expect(error).toMatchObject({ name: 'VardropError', code, message: expect.stringContaining(text) });
      expect([counts.calls, left]).toEqual([0, 0]);
    });
  }

  for (const name of ['learningRateFactor', 'klWeight'] as const) {
    for (const value of [-0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      it(`at its step, a ${name} of ${value} from a schedule`, async () => {
        const { error, left, counts } = await failure({
          [name]: ({ step }: { step: number }) => (step === 3 ? value : 1),
        });
        expect(error).toMatchObject({ code: 'VARDROP_SCHEDULE', message: expect.stringContaining(name) });
        expect([left, counts.runs, counts.freed]).toEqual([0, 3, counts.compiled]);
      });
    }
  }
});

describe('nothing is left on the backend', () => {
  const validation = blobs(7, 2);
  for (const noise of ['device', 'host'] as const) {
    it(`after completion, early stopping and abort (noise from the ${noise})`, async () => {
      const controller = new AbortController();
      for (const options of [
        { validation },
        { validation: blobs(7, 2, true), earlyStopping: { patience: 1, minimumDelta: 10 }, epochs: 10 },
        { signal: controller.signal, onStep: () => controller.abort() },
      ]) {
        const { error, counts, left } = await failure(options, model, { noise });
        expect(error).toBeUndefined();
        expect([left, counts.freed]).toEqual([0, counts.compiled]);
        expect(counts.compiled).toBeGreaterThan(0);
      }
    });
  }

  it.each([{}, { microBatch: 5 }])('wherever the backend fails, which is handed on: %o', async (parts) => {
    const options = { validation, epochs: 1, batch: 12, ...parts };
    const { counts } = await failure(options, model, { noise: 'host' });
    expect(counts.calls).toBeGreaterThan(50);
    for (let failAt = 1; failAt <= counts.calls; failAt++) {
      const failed = await failure(options, model, { noise: 'host', failAt });
      expect(failed.error, `call ${failAt}`).toMatchObject({
        message: expect.stringContaining('the device is lost'),
      });
      expect([failed.left, failed.counts.freed], `call ${failAt}`).toEqual([0, failed.counts.compiled]);
    }
  });

  it('wherever the backend fails while it looks for a number that is not finite', async () => {
    const state = initialState(model, adam(), 0);
    const large = {
      ...state,
      parameters: {
        ...state.parameters,
        'dense2/logVariance': { shape: [4, 2], data: new Float32Array(8).fill(2000) },
      },
    };
    const { counts, error } = await failure({ state: large }, model, { noise: 'host' });
    expect(error).toBeInstanceOf(TrainingError);
    for (let failAt = 1; failAt <= counts.calls; failAt++) {
      const failed = await failure({ state: large }, model, { noise: 'host', failAt });
      expect(failed.error, `call ${failAt}`).toMatchObject({
        message: expect.stringContaining('the device is lost'),
      });
      expect([failed.left, failed.counts.freed], `call ${failAt}`).toEqual([0, failed.counts.compiled]);
    }
  });
});
