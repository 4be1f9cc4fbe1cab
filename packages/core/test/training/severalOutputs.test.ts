import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTrainer } from '../../src/extend.js';
import {
  activation,
  adam,
  categorical,
  evaluateClassification,
  evaluateRegression,
  type FitOptions,
  type FitWarning,
  fit,
  gaussian,
  initialState,
  input,
  type Likelihoods,
  type Model,
  model,
  predict,
  type StepEvent,
  sgd,
} from '../../src/index.js';
import { key, normal, uniform } from '../../src/random/index.js';
import { withLikelihood } from '../withLikelihood.js';
import { bitsOf, float32Backend, spoiled } from './helpers.js';
import { likelihoods, twoByTwo, twoByTwoRows } from './twoByTwo.js';

const network = twoByTwo();
const sizes = fc.record({
  rows: fc.integer({ min: 2, max: 11 }),
  batch: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat({ max: 999 }),
});

const train = (options: Partial<FitOptions> & Pick<FitOptions, 'data'>, of: Model = network) =>
  fit(of, { backend: float32Backend(), epochs: 2, batch: 3, ...options });

describe('training with several inputs and outputs', () => {
  it('pairs a row of each input with its own targets of each output, and adds up their log likelihoods', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, batch, seed }) => {
        // A model without weights: its outputs are its inputs, exchanged.
        const [wide, scores] = [input({ shape: [2, 3], name: 'wide' }), input({ shape: [3], name: 'scores' })];
        const exchanged = model({
          inputs: [wide, scores],
          outputs: { label: activation('linear')(scores), size: activation('linear')(wide) },
          likelihood: { size: gaussian(), label: categorical() },
        });
        const data = {
          inputs: { wide: normal(key(seed), rows * 6), scores: normal(key(seed + 1), rows * 3) },
          targets: {
            size: normal(key(seed + 2), rows * 6),
            label: Array.from(uniform(key(seed + 3), rows), (u) => Math.floor(3 * u)),
          },
        };
        const events: StepEvent[] = [];
        await fit(exchanged, {
          backend: float32Backend(),
          ...{ data, batch, seed, epochs: 1, optimizer: sgd(), learningRateFactor: () => 0 },
          onStep: (event) => events.push(event),
        });
        let expected = 0;
        for (let row = 0; row < rows; row++) {
          for (let i = 6 * row; i < 6 * row + 6; i++) {
            expected += 0.5 * ((data.targets.size[i] - data.inputs.wide[i]) ** 2 + Math.log(2 * Math.PI));
          }
          const own = data.inputs.scores.subarray(3 * row, 3 * row + 3);
          expected += Math.log(own.reduce((sum, z) => sum + Math.exp(z), 0)) - own[data.targets.label[row]];
        }
        const size = (i: number) => Math.min(batch, rows - i * batch);
        const seen = events.reduce((sum, { dataTerm }, i) => sum + dataTerm * size(i), 0);
        expect(Math.abs(seen - expected)).toBeLessThan(1e-5 * expected);
      }),
      { numRuns: 25 },
    );
  });

  it('goes on bit for bit from a state, and does so from its data only', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(3), async ({ rows, batch, seed }, at, which) => {
        const data = twoByTwoRows(rows, seed);
        const whole = await train({ data, batch, seed });
        const part = await train({ data, batch, seed, epochs: 1 });
        const rest = await train({ data, batch, state: part.state });
        expect(rest.started).toBe('resumed');
        expect(bitsOf(rest.state)).toEqual(bitsOf(whole.state));
        const { inputs, targets } = data;
        const change = (values: ArrayLike<number>, to: (value: number) => number) =>
          spoiled(values, at % values.length, to(values[at % values.length]));
        const other = [
          { inputs: { ...inputs, left: change(inputs.left, (value) => value + 1) }, targets },
          { inputs: { ...inputs, code: change(inputs.code, (value) => value + 1) }, targets },
          { inputs, targets: { ...targets, label: change(targets.label, (value) => (value + 1) % 3) } },
          { inputs, targets: { ...targets, size: change(targets.size, (value) => value - 1) } },
        ][which];
        expect((await train({ data: other, batch, state: part.state })).started).toBe('otherData');
      }),
      { numRuns: 8 },
    );
  });

  it('does not depend on the order in which arrays are named', async () => {
    const { inputs, targets } = twoByTwoRows(7, 3);
    const turned = {
      inputs: { code: inputs.code, left: inputs.left },
      targets: { size: targets.size, label: targets.label },
    };
    const other = withLikelihood(network, { size: likelihoods.size, label: likelihoods.label });
    expect(bitsOf((await train({ data: turned }, other)).state)).toEqual(
      bitsOf((await train({ data: { inputs, targets } })).state),
    );
  });

  it('validates each output by its own metrics; the NLL of the model is their sum', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, batch, seed }) => {
        const [data, validation] = [twoByTwoRows(rows, seed), twoByTwoRows(rows + 1, seed + 1)];
        const backend = float32Backend();
        const { state, history } = await train({ data, validation, batch, backend });
        const { label, size } = await predict(network, {
          ...{ backend, parameters: state.parameters, inputs: validation.inputs },
          mode: 'mean',
        });
        const [classes, values] = [
          evaluateClassification(label, validation.targets.label),
          evaluateRegression(size, validation.targets.size),
        ];
        // The program computes the losses, which are then rounded; here they are computed of rounded predictions.
        const near = (nll: number) =>
          expect.toSatisfy((own: number) => Math.abs(own - nll) < 1e-5 * (1 + Math.abs(nll)));
        expect(history[1].validation).toEqual({
          nll: near(classes.nll + values.nll),
          outputs: {
            label: { nll: near(classes.nll), error: classes.error },
            size: { nll: near(values.nll), rmse: values.rmse },
          },
        });
      }),
      { numRuns: 8 },
    );
  });

  it('warns of the scale of each input of numbers and of each output of values', async () => {
    const { inputs, targets } = twoByTwoRows(5, 1);
    const large = (values: ArrayLike<number>) => Array.from(values, (value) => 1000 * value);
    const warnings: FitWarning[] = [];
    await train({
      // Whole numbers are names, which have no scale.
      data: {
        inputs: { left: large(inputs.left), code: large(inputs.code) },
        targets: { ...targets, size: large(targets.size) },
      },
      epochs: 1,
      onWarning: (warning) => warnings.push(warning),
    });
    expect(warnings.map(({ message }) => message.split(':')[0])).toEqual([
      '[fit] data.inputs.left',
      '[fit] data.targets.size',
    ]);
  });

  it('says where numbers that are not finite arise first', async () => {
    const data = twoByTwoRows(5, 1);
    const start = initialState(network, adam(), 0);
    const weights = start.parameters['sizes/weights'];
    const parameters = {
      ...start.parameters,
      'sizes/weights': { ...weights, data: weights.data.map((_, i) => (-1) ** i * 3e38) },
    };
    await expect(train({ data, state: { ...start, parameters } })).rejects.toMatchObject({
      code: 'VARDROP_NON_FINITE_LOSS',
      message: expect.stringContaining('first in the outputs of sizes'),
    });
  });
});

describe('data that do not fit', () => {
  const { inputs, targets } = twoByTwoRows(4, 1);
  const cases: readonly (readonly [string, string, string, Partial<FitOptions>])[] = [
    [
      'one array for all inputs',
      'VARDROP_TYPE',
      '[fit] inputs: got a Float32Array',
      { data: { inputs: inputs.left, targets } },
    ],
    [
      'no array for an input',
      'VARDROP_INPUT',
      "[fit] inputs: got none for 'code', needs an array for each of the inputs left, code.",
      { data: { inputs: { left: inputs.left }, targets } },
    ],
    [
      'an input of another name',
      'VARDROP_INPUT',
      "[fit] inputs: got one for 'right'",
      { data: { inputs: { ...inputs, right: inputs.left }, targets } },
    ],
    [
      'other rows of an input',
      'VARDROP_SHAPE',
      '[fit] inputs: got 4 rows of left and 3 of code',
      { data: { inputs: { ...inputs, code: inputs.code.subarray(2) }, targets } },
    ],
    [
      'a part of a row',
      'VARDROP_SHAPE',
      '[fit] inputs.left: got 11 numbers, needs a multiple of 3',
      { data: { inputs: { ...inputs, left: inputs.left.subarray(1) }, targets } },
    ],
    [
      'NaN',
      'VARDROP_NON_FINITE',
      '[fit] inputs.left: got NaN in row 2, column 1',
      { data: { inputs: { ...inputs, left: spoiled(inputs.left, 7, Number.NaN) }, targets } },
    ],
    [
      'a fraction',
      'VARDROP_INDEX',
      '[fit] inputs.code: got 0.5 in row 1, column 1, needs whole numbers from 0 to 16777215',
      { data: { inputs: { ...inputs, code: spoiled(inputs.code, 3, 0.5) }, targets } },
    ],
    [
      'a negative number',
      'VARDROP_INDEX',
      '[fit] inputs.code: got -1 in row 3, column 0',
      { data: { inputs: { ...inputs, code: spoiled(inputs.code, 6, -1) }, targets } },
    ],
    [
      'a number beyond those of float32',
      'VARDROP_INDEX',
      '[fit] inputs.code: got 16777216 in row 0, column 0',
      { data: { inputs: { ...inputs, code: spoiled(inputs.code, 0, 2 ** 24) }, targets } },
    ],
    [
      'one array for all targets',
      'VARDROP_TYPE',
      '[fit] targets: got an Int32Array',
      { data: { inputs, targets: targets.label } },
    ],
    [
      'no targets for an output',
      'VARDROP_INPUT',
      "[fit] targets: got none for 'size', needs an array for each of the outputs label, size.",
      { data: { inputs, targets: { label: targets.label } } },
    ],
    [
      'a label of no class',
      'VARDROP_LABEL',
      '[fit] targets.label: got the label 3 in row 1',
      { data: { inputs, targets: { ...targets, label: spoiled(targets.label, 1, 3) } } },
    ],
    [
      'too few values',
      'VARDROP_SHAPE',
      '[fit] targets.size: got 7 values, needs 8',
      { data: { inputs, targets: { ...targets, size: targets.size.subarray(1) } } },
    ],
    [
      'a wrong row of the validation data',
      'VARDROP_SHAPE',
      '[fit validation] inputs',
      { validation: { inputs: { ...inputs, code: inputs.code.subarray(2) }, targets } },
    ],
  ];
  it.each(cases)('%s', async (_, code, message, options) => {
    const failure = train({ data: { inputs, targets }, ...options });
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it.each([
    ['one for all outputs', categorical(), 'needs one for each of the outputs label, size'],
    ['none for an output', { label: categorical() }, 'got label, needs one for each of the outputs label, size'],
    ['one of no output', { ...likelihoods, other: categorical() }, 'got label, size, other'],
    ['null', null, 'Write likelihood: { label: categorical() } in the model.'],
  ])('likelihoods: %s, when the model is made', (_, given, message) => {
    expect(() => withLikelihood(network, given as Likelihoods)).toThrow(
      expect.objectContaining({ code: 'VARDROP_LIKELIHOOD', message: expect.stringContaining(message) }),
    );
  });

  it('numbers that are whole only once they are rounded', async () => {
    const code = Array.from(inputs.code);
    code[5] = 2 + 2 ** -40;
    await expect(train({ data: { inputs: { ...inputs, code }, targets } })).rejects.toMatchObject({
      code: 'VARDROP_INDEX',
      message: expect.stringContaining('in row 2, column 1'),
    });
  });
});

describe('minibatches of a trainer', () => {
  const state = initialState(network, adam(), 1);
  const options = { optimizer: adam(), state };
  const scales = { learningRateFactor: 10, klScale: 0.1 };
  const rows = 2;
  const inputs = { left: normal(key(1), rows * 3), code: Float32Array.of(1, 0, 3, 2) };
  const targets = { label: Float32Array.of(0, 1, 0, 1, 0, 0), size: normal(key(2), rows * 2) };

  it('come to what fit does with the same row, bit for bit', async () => {
    const row = { inputs: { left: inputs.left.slice(3), code: inputs.code.slice(2) } };
    const given = { label: targets.label.slice(3), size: targets.size.slice(2) };
    const backend = float32Backend();
    const trainer = createTrainer(network, { backend, ...options });
    await trainer.run({ rows: 1, ...row, targets: given }, { learningRateFactor: 1, klScale: 1 });
    const own = bitsOf(await trainer.state());
    trainer.dispose();
    expect(backend.liveTensors()).toBe(0);
    const { state: reached } = await train({ data: { ...row, targets: { ...given, label: [0] } }, state, epochs: 1 });
    expect(bitsOf(reached)).toMatchObject({ step: 1, parameters: own.parameters, slots: own.slots });
  });

  it.each([
    [
      'an input that is missing',
      'VARDROP_INPUT',
      "minibatch.inputs: got none for 'code'",
      { inputs: { left: inputs.left } },
    ],
    [
      'an array in place of arrays by name',
      'VARDROP_TYPE',
      'minibatch.inputs: got a Float32Array',
      { inputs: inputs.left },
    ],
    [
      'targets of another name',
      'VARDROP_INPUT',
      "minibatch.targets: got one for 'output'",
      { targets: { ...targets, output: targets.size } },
    ],
    [
      'what is not a number',
      'VARDROP_TYPE',
      'minibatch.targets.size: got null at 1',
      { targets: { ...targets, size: [1, null] } },
    ],
    ['the names of programs', 'VARDROP_OPTION', 'Write inputs: { x }.', { x: inputs.left }],
    ['rows that are not filled', 'VARDROP_INPUT', '', { targets: { ...targets, size: targets.size.subarray(1) } }],
  ])('with %s are refused', async (_, code, message, wrong) => {
    const trainer = createTrainer(network, { backend: float32Backend(), ...options });
    const act = async () => trainer.run({ rows, inputs, targets, ...(wrong as object) }, scales);
    await expect(act()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    trainer.dispose();
  });
});
