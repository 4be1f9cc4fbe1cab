import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Backend, Tensor } from '../../src/backend/index.js';
import { defineLayer, summaryProgram } from '../../src/extend.js';
import {
  activation,
  adam,
  type ClassificationPrediction,
  categorical,
  concatenate,
  createPredictor,
  dense,
  fit,
  gaussian,
  input,
  type Model,
  mask,
  model,
  noNoise,
  type Prediction,
  predict,
  prune,
  type RegressionPrediction,
  sequential,
  sparseVariational,
} from '../../src/index.js';
import { bindBatch } from '../../src/program/index.js';
import { key, normal } from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';
import { patterned, reference, watched } from '../prediction/helpers.js';
import { float32Backend, spoiled } from '../training/helpers.js';
import { likelihoods, twoByTwo, twoByTwoRows } from '../training/twoByTwo.js';
import { withLikelihood } from '../withLikelihood.js';

const network = twoByTwo();
const parameters = patterned(network);
const backend = reference();

/** A prediction of rows of the network of two inputs and two outputs. */
const predictTwo = (
  rows: number,
  options: { readonly batch?: number; readonly seed?: number; readonly samples?: number },
) =>
  predict(network, {
    ...{ backend, parameters, inputs: twoByTwoRows(rows, 5).inputs },
    ...options,
  });

describe('predictions of several outputs', () => {
  it('have the types of their likelihoods', () => {
    const options = { backend, parameters, inputs: new Float32Array(3) };
    const both = () => predict(network, options);
    expectTypeOf(both).returns.resolves.toEqualTypeOf<{
      readonly label: ClassificationPrediction;
      readonly size: RegressionPrediction;
    }>();
    const named = () => predict(withLikelihood(network, { output: categorical() }), options);
    expectTypeOf(named).returns.resolves.toEqualTypeOf<{ readonly output: ClassificationPrediction }>();
    const predictor = () => createPredictor(network, { backend }).run({}, options.inputs);
    expectTypeOf(predictor).returns.resolves.toEqualTypeOf<{
      readonly label: ClassificationPrediction;
      readonly size: RegressionPrediction;
    }>();
    const unknown = (made: Model) => predict(made, options);
    expectTypeOf(unknown).returns.resolves.toExtend<Prediction | Readonly<Record<string, Prediction>>>();
    // Where a prediction is handed on, the type that is wanted there does not change it.
    const take = (prediction: Prediction) => prediction.rows;
    const handed = async () => take(await predict(sequential({ input: [3], layers: [dense({ units: 2 })] }), options));
    expectTypeOf(handed).returns.resolves.toEqualTypeOf<number>();
  });

  it('do not depend on how rows are cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 10 }),
        fc.nat(99),
        async (rows, batch, seed) => {
          expect(await predictTwo(rows, { batch, seed, samples: 3 })).toEqual(
            await predictTwo(rows, { seed, samples: 3 }),
          );
        },
      ),
      { numRuns: 10 },
    );
  });

  it('are those of models with one of the outputs, under the noise of the trunk that they share', async () => {
    const [left, code] = [input({ shape: [3], name: 'left' }), input({ shape: [2], name: 'code', kind: 'integers' })];
    const noise = sparseVariational({ logVariance: -1 });
    const trunk = concatenate()(dense({ units: 4, noise, activation: 'tanh' })(left), dense({ units: 3, noise })(code));
    const outputs = {
      label: dense({ units: 3 })(trunk),
      size: dense({ units: 2, name: 'sizes' })(activation('elu')(trunk)),
    };
    const inputs = [left, code];
    const whole = model({ inputs, outputs, likelihood: likelihoods });
    const { inputs: rows } = twoByTwoRows(7, 2);
    const values = {
      ...patterned(whole),
      'likelihood/logVariance': parameters['likelihood/size/logVariance'],
    };
    const options = { backend, parameters: values, inputs: rows, seed: 8, samples: 5 };
    const both = await predict(whole, options);
    expect(both.size.epistemicVariance.every((variance) => variance > 1e-6)).toBe(true);
    const label = await predict(model({ inputs, outputs: outputs.label }), options);
    const size = await predict(model({ inputs, outputs: outputs.size, likelihood: gaussian() }), options);
    expect(both).toEqual({ label, size });
  });

  it('are computed in one pass over the samples, and leave nothing behind', async () => {
    const { backend: counted, counts } = watched();
    await predict(network, {
      backend: counted,
      parameters,
      inputs: twoByTwoRows(4, 1).inputs,
      samples: 6,
    });
    expect(counts).toMatchObject({ compiled: 1, freed: 1, runs: 1 });
    expect(counted.liveTensors()).toBe(0);
  });

  it('are what summaryProgram computes of what the samples carry', async () => {
    const rows = 5;
    const carried: Record<string, Float32Array> = {};
    const names = new Map<Tensor, string>();
    const listening: Backend = {
      ...backend,
      async compile(program) {
        const executable = await backend.compile(program);
        return {
          ...executable,
          run(...given) {
            const result = executable.run(...given);
            for (const [name, tensor] of Object.entries(result.carried)) names.set(tensor, name);
            return result;
          },
        };
      },
      async read(tensor) {
        const values = await backend.read(tensor);
        carried[names.get(tensor) ?? 'other'] = values;
        return values;
      },
    };
    const { inputs } = twoByTwoRows(rows, 3);
    const samples = 4;
    const found = await predict(network, { backend: listening, parameters, inputs, samples });
    const summary = evaluate(bindBatch(summaryProgram(network), rows), {
      inputs: {
        ...Object.fromEntries(Object.entries(carried).filter(([name]) => name.includes('/'))),
        samples: [samples],
      },
    });
    const wanted = {
      'label/probabilities': found.label.probabilities,
      'label/entropy': found.label.entropy,
      'label/mutualInformation': found.label.mutualInformation,
      'size/mean': found.size.mean,
      'size/epistemicVariance': found.size.epistemicVariance,
      'size/aleatoricVariance': found.size.aleatoricVariance,
    };
    expect(Object.keys(summary).sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, values] of Object.entries(wanted)) {
      expect(summary[name].length).toBe(values.length);
      // Means are read as float32.
      for (const [i, value] of values.entries()) expect(Math.abs(summary[name][i] - value), name).toBeLessThan(1e-6);
    }
  });

  it('of a model with one output are by name where its likelihood is', async () => {
    const made = sequential({ input: [3], layers: [dense({ units: 2 })] });
    const own = patterned(made);
    const options = { backend, parameters: own, inputs: normal(key(1), 6) };
    const alone = await predict(made, options);
    expect(await predict(withLikelihood(made, { output: categorical() }), options)).toEqual({ output: alone });
    expect(await predict(made, { ...options, inputs: { x: options.inputs } })).toEqual(alone);
  });
});

describe('inputs that do not fit', () => {
  const { inputs } = twoByTwoRows(4, 1);
  const options = { backend, parameters };
  const cases: readonly (readonly [string, string, string, object])[] = [
    ['one array', 'VARDROP_TYPE', '[predict] inputs: got a Float32Array', inputs.left],
    ['a missing name', 'VARDROP_INPUT', "[predict] inputs: got none for 'left'", { code: inputs.code }],
    [
      'no whole numbers',
      'VARDROP_INDEX',
      '[predict] inputs.code: got 1.5 in row 0, column 1',
      { ...inputs, code: spoiled(inputs.code, 1, 1.5) },
    ],
    ['other numbers of rows', 'VARDROP_SHAPE', 'needs the same number', { ...inputs, left: inputs.left.slice(3) }],
  ];
  it.each(cases)('%s, to predict and to a predictor', async (_, code, message, given) => {
    const wanted = { code, message: expect.stringContaining(message) };
    await expect(predict(network, { ...options, inputs: given as never })).rejects.toMatchObject(wanted);
    const predictor = createPredictor(network, { backend });
    await expect(predictor.run({}, given as never)).rejects.toMatchObject(wanted);
    predictor.dispose();
  });

  it('numbers that name no row of a table', async () => {
    const table = defineLayer({
      kind: 'table',
      build: (name, [shape]) => ({
        ...{ name, kind: 'table', inputShapes: [shape], outputShape: shape, parameters: [], indexRows: 7 },
        apply: (_, [given]) => given,
      }),
    });
    const made = sequential({ input: [2], layers: [table, dense({ units: 2 })] });
    expect(made.inputs).toEqual([{ name: 'x', shape: [2], kind: 'integers', limit: 7 }]);
    const own = patterned(made);
    await expect(predict(made, { backend, parameters: own, inputs: [6, 0, 1, 7] })).rejects.toMatchObject({
      code: 'VARDROP_INDEX',
      message:
        '[predict] inputs: got 7 in row 1, column 1, needs whole numbers from 0 to 6. Number things from 0, or give the layer more rows.',
    });
    await predict(made, { backend, parameters: own, inputs: [6, 0, 1, 6] });
  });
});

describe('a model that carries statistics', () => {
  /** Adds the largest inputs of the last batch; in training those of the batch itself. */
  const shifted = defineLayer({
    kind: 'shifted',
    build: (name, [shape]) => ({
      ...{ name, kind: 'shifted', inputShapes: [shape], outputShape: shape, parameters: [] },
      carried: [{ name: 'largest', shape, initialize: { kind: 'constant', value: 0.5 } }],
      apply(b, [x], _, { training, carried: { largest }, carry }) {
        if (!training) return b.add(x, largest);
        const ofBatch = b.reduceMax(x, [0]);
        carry('largest', ofBatch);
        return b.add(x, ofBatch);
      },
    }),
  });
  const layers = [shifted, dense({ units: 2, noise: noNoise() })];
  const made = sequential({ input: [3], layers });
  const data = { inputs: normal(key(3), 12), targets: [0, 1, 1, 0] };

  it('keeps them in the state, from step to step and to predictions', async () => {
    const on = float32Backend();
    const { state } = await fit(made, { backend: on, data, epochs: 1, batch: 4, optimizer: adam() });
    expect(Object.keys(state.carried ?? {})).toEqual(['shifted1/largest']);
    const largest = state.carried?.['shifted1/largest'].data ?? [];
    const columns = [0, 1, 2].map((column) => [0, 1, 2, 3].map((row) => data.inputs[3 * row + column]));
    expect(Array.from(largest)).toEqual(columns.map((values) => Math.max(...values)));
    const options = { backend: on, inputs: data.inputs };
    const prediction = await predict(made, { ...options, parameters: { ...state.parameters, ...state.carried } });
    // The same network without the layer, on inputs to which these were added.
    const rest = sequential({ input: [3], layers: layers.slice(1) });
    const moved = data.inputs.map((value, i) => value + largest[i % 3]);
    expect(await predict(rest, { ...options, inputs: moved, parameters: state.parameters })).toEqual(prediction);
    // Further steps begin with them, and a state without them is refused.
    const { carried, ...without } = state;
    await expect(fit(made, { backend: on, data, state: without })).rejects.toMatchObject({
      code: 'VARDROP_STATE',
      message: expect.stringContaining("[state] carried 'shifted1/largest': got nothing"),
    });
    expect((await fit(made, { backend: on, data, state, epochs: 2 })).started).toBe('resumed');
  });

  it('says where they are if they are missing', async () => {
    const { state } = await fit(made, { backend, data, epochs: 1 });
    const wanted = (who: string) => ({
      code: 'VARDROP_STATE',
      message: expect.stringMatching(
        new RegExp(
          `\\[${who}\\] parameters? 'shifted1/largest': got nothing.*pass { \\.\\.\\.state\\.parameters, \\.\\.\\.state\\.carried }`,
        ),
      ),
    });
    const { inputs } = data;
    await expect(predict(made, { backend, parameters: state.parameters, inputs })).rejects.toMatchObject(
      wanted('predict'),
    );
    expect(() => prune(made, state.parameters)).toThrow(expect.objectContaining(wanted('prune')));
    expect(() => mask(made, state.parameters)).toThrow(expect.objectContaining(wanted('mask')));
    await expect(predict(made, { backend, parameters: state as never, inputs })).rejects.toMatchObject({
      message: expect.stringContaining(
        'got a whole state, needs tensors by name. Pass { ...state.parameters, ...state.carried }.',
      ),
    });
    await expect(predict(made, { backend, parameters: { state } as never, inputs })).rejects.toMatchObject({
      message: expect.stringContaining('Pass { ...result.state.parameters, ...result.state.carried }.'),
    });
    // A tensor of another shape is of another model.
    const other = { ...state.parameters, 'shifted1/largest': { shape: [2], data: new Float32Array(2) } };
    await expect(predict(made, { backend, parameters: other, inputs })).rejects.toMatchObject({
      message: expect.stringContaining('Use the model that the parameters were trained with.'),
    });
  });
});
