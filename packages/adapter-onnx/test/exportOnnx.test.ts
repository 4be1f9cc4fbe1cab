import {
  adam,
  type ClassificationPrediction,
  categorical,
  dense,
  describeModel,
  globalMaxPooling1d,
  initialState,
  type Likelihood,
  type Model,
  predict,
  type RegressionPrediction,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { momentsProgram, predictionProgram } from '@vardrop/core/extend';
import { bindBatch } from '@vardrop/core/program';
import { createReferenceBackend, evaluate } from '@vardrop/core/reference';
import { afterAll, describe, expect, it } from 'vitest';
import { prepare } from '../src/export/emitModel.js';
import { createOnnxBackend, describeOnnx, type ExportKind, exportKinds, exportOnnx } from '../src/index.js';
import { supportsOf } from '../src/supports.js';
import { type Example, examples } from './networks.js';
import { boundsOfSample, dataOf, feedsOf } from './predictionBounds.js';
import { runningError } from './runningError.js';
import { devices, openModel } from './runtimes.js';

const seed = 2 ** 40 + 42;
const samples = 6;

const inputOf = ({ model, inputs, rows }: Example) => ({ x: { shape: [rows, ...model.inputShape], data: inputs } });

/** What the reference predicts, by names of outputs. */
async function expectedSample({ model, parameters, inputs }: Example) {
  const backend = createReferenceBackend();
  const prediction = await predict(model, { backend, parameters, inputs, seed, samples });
  return outputsOf(prediction);
}

function outputsOf(prediction: ClassificationPrediction | RegressionPrediction) {
  return prediction.kind === 'classification'
    ? {
        probabilities: prediction.probabilities,
        entropy: prediction.entropy,
        mutualInformation: prediction.mutualInformation,
      }
    : {
        mean: prediction.mean,
        epistemicVariance: prediction.epistemicVariance,
        aleatoricVariance: prediction.aleatoricVariance,
      };
}

const worst: number[] = [];
afterAll(() => console.log('export: largest error over bound', Math.max(...worst)));

/** Asserts that values are within their bounds, which have to say something. */
function expectWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, bounds: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    // The library's own results are rounded to float32 when they are read.
    const bound = bounds[i] + 2 ** -23 * Math.abs(expected[i]) + 2 ** -149;
    // Other noise changes probabilities, entropies and means by tenths.
    expect(bound).toBeLessThan(1e-2 * Math.max(1, Math.abs(expected[i])));
    worst.push(Math.abs(actual[i] - expected[i]) / bound);
    expect(worst.at(-1)).toBeLessThanOrEqual(1);
  }
}

describe.each(devices)('exported networks on %s', (device) => {
  it.each(examples)('sample: $name predicts as the library does, for any cut', async (network) => {
    const bytes = exportOnnx(network.model, network.parameters, { kind: 'sample' });
    const model = await openModel(device, bytes);
    const whole = await model.run({ ...inputOf(network), seed, samples, row: 0 });
    const bounds = boundsOfSample(network, device, { seed, samples });
    for (const [name, expected] of Object.entries(await expectedSample(network))) {
      expectWithin(whole[name], expected, bounds[name]);
    }
    // Rows 3 to 6 alone, of the same index, have the same noise.
    const columns = network.inputs.length / network.rows;
    const part = { ...network, inputs: network.inputs.slice(3 * columns, 6 * columns), rows: 3 };
    const cut = await model.run({ ...inputOf(part), seed, samples, row: 3 });
    for (const [name, values] of Object.entries(cut)) {
      const perRow = whole[name].length / network.rows;
      const same = bounds[name].slice(3 * perRow, 6 * perRow).map((bound) => 2 * bound);
      expectWithin(values, whole[name].slice(3 * perRow, 6 * perRow), same);
    }
    await model.release();
  });

  it('sample: gives the very numbers of the backend, whose noise the host makes', async () => {
    const [network] = examples;
    const { model, parameters, inputs } = network;
    const backend = await createOnnxBackend({ device });
    const expected = outputsOf(await predict(model, { backend, parameters, inputs, seed, samples }));
    const session = await openModel(device, exportOnnx(model, parameters, { kind: 'sample' }));
    const actual = await session.run({ ...inputOf(network), seed, samples, row: 0 });
    expect([...actual.probabilities]).toEqual([...(expected.probabilities as Float32Array)]);
    await backend.close();
  });

  it('sample: gives the same for opset 17 as for opset 18', async () => {
    const [network] = examples;
    const [older, newer] = await Promise.all(
      ([17, 18] as const).map(async (opset) => {
        const bytes = exportOnnx(network.model, network.parameters, { kind: 'sample', opset });
        expect(describeOnnx(bytes).opset).toBe(opset);
        return bytes;
      }),
    );
    const feeds = { ...inputOf(network), seed, samples, row: 0 };
    const expected = await (await openModel(device, newer)).run(feeds);
    expect(await (await openModel(device, older)).run(feeds)).toEqual(expected);
  });

  it('sample: other seeds give other numbers, one sample no mutual information, none NaN', async () => {
    const [network] = examples;
    const model = await openModel(device, exportOnnx(network.model, network.parameters, { kind: 'sample' }));
    const run = (given: { seed: number; samples: number }) => model.run({ ...inputOf(network), ...given, row: 0 });
    const [first, second] = [await run({ seed: 1, samples }), await run({ seed: 2, samples })];
    expect(first.probabilities).not.toEqual(second.probabilities);
    expect([...(await run({ seed: 1, samples: 1 })).mutualInformation]).toEqual(Array(network.rows).fill(0));
    for (const values of Object.values(await run({ seed: 1, samples: 0 }))) {
      expect(values.every(Number.isNaN)).toBe(true);
    }
  });

  it.each(examples)('mean: $name predicts as the library does', async (network) => {
    const { model, parameters, inputs, rows } = network;
    const session = await openModel(device, exportOnnx(model, parameters, { kind: 'mean' }));
    const actual = await session.run(inputOf(network));
    const backend = createReferenceBackend();
    const prediction = await predict(model, { backend, parameters, inputs, mode: 'mean' });
    const program = bindBatch(prepare(predictionProgram(model, 'mean')), rows);
    const given = feedsOf(program, { ...dataOf(parameters), x: inputs });
    const { errors } = runningError(program, { inputs: given }, supportsOf(device));
    if (prediction.kind === 'classification') {
      const { probabilities } = actual;
      expectWithin(probabilities, prediction.probabilities, errors[program.outputs.probabilities]);
      // Logits are probabilities up to a shift a row.
      for (let row = 0; row < rows; row++) {
        const shift = Math.log(probabilities[row * prediction.classes]) - actual.logits[row * prediction.classes];
        for (let k = 0; k < prediction.classes; k++) {
          const at = row * prediction.classes + k;
          const size = Math.abs(actual.logits[at]) + Math.abs(shift);
          // Roundings of the shifted logit, of exp and log (4 ulp each at most) and of both logarithms here.
          expect(Math.abs(Math.log(probabilities[at]) - actual.logits[at] - shift)).toBeLessThan(
            16 * 2 ** -24 * (1 + size),
          );
        }
      }
    } else {
      expectWithin(actual.mean, prediction.mean, errors[program.outputs.mean]);
      expectWithin(
        actual.aleatoricVariance,
        prediction.aleatoricVariance,
        prediction.aleatoricVariance.map((v) => 2 ** -21 * v),
      );
    }
    await session.release();
  });

  it.each(examples.filter(({ name }) => ['local', 'input noise', 'binary', 'relaxed mask'].includes(name)))(
    "moments: $name has those of core's program",
    async ({ model, parameters, inputs, rows }) => {
      const session = await openModel(device, exportOnnx(model, parameters, { kind: 'moments' }));
      const found = await session.run({ x: { shape: [rows, 12], data: inputs } });
      const values = Object.fromEntries(model.parameters.map(({ name }) => [name, parameters[name].data]));
      const wanted = evaluate(bindBatch(momentsProgram(model), rows), { inputs: { ...values, x: inputs } });
      for (const [name, numbers] of Object.entries(wanted)) {
        numbers.forEach((value, i) => {
          expect(Math.abs(found[name][i] - value), name).toBeLessThan(
            2e-5 * (name === 'mean' ? 1 : 0.1) + 2e-5 * Math.abs(value),
          );
        });
      }
    },
  );
});

describe('what is exported', () => {
  const [network] = examples;
  const { model, parameters } = network;
  const file = (kind: ExportKind) => exportOnnx(model, parameters, { kind });

  it('is described by the file', () => {
    const description = describeOnnx(file('sample'));
    expect(description).toMatchObject({
      kind: 'sample',
      likelihood: 'categorical',
      opset: 18,
      library: expect.stringMatching(/^vardrop \d+\.\d+\.\d+$/),
      inputs: [
        { name: 'x', type: 'float', shape: ['batch', 12] },
        { name: 'seed', type: 'int64', shape: [] },
        { name: 'samples', type: 'int64', shape: [] },
        { name: 'row', type: 'int64', shape: [] },
      ],
      outputs: [
        { name: 'probabilities', type: 'float', shape: ['batch', 5] },
        { name: 'entropy', type: 'float', shape: ['batch'] },
        { name: 'mutualInformation', type: 'float', shape: ['batch'] },
      ],
    });
    expect(description.parameters.map(({ name }) => name)).toEqual(Object.keys(parameters));
    expect(description.model).toEqual(describeModel(model));
  });

  it('has no description of parts that do not say how they are made', () => {
    const own = sequential({ input: [12], noise: { ...sparseVariational() }, layers: [dense({ units: 5 })] });
    const { parameters: values } = initialState(own, adam(), 1);
    expect(describeOnnx(exportOnnx(own, values, { kind: 'mean' }))).not.toHaveProperty('model');
  });

  it('has only the parameters that it needs, as they were given', () => {
    const before = Object.values(parameters).map(({ data }) => data.slice());
    const names = describeOnnx(file('mean')).parameters.map(({ name }) => name);
    expect(names).toEqual(['dense1/weights', 'dense1/bias', 'dense2/weights', 'dense2/bias']);
    expect(Object.values(parameters).map(({ data }) => data)).toEqual(before);
  });

  it('is the same file for the same network', () => {
    expect(file('sample')).toEqual(file('sample'));
  });

  it('is described, or refused with a code, whatever byte of it is damaged', () => {
    const whole = file('mean');
    for (let i = 0; i < whole.length; i++) {
      for (const value of [whole[i] ^ 1, whole[i] ^ 0x80, 0, 0xff]) {
        const damaged = whole.slice();
        damaged[i] = value;
        try {
          describeOnnx(damaged);
        } catch (error) {
          expect(error).toMatchObject({ code: 'VARDROP_ONNX_FILE' });
        }
      }
    }
  });

  it('is read from buffers and views, and nothing else', () => {
    const bytes = file('mean');
    const buffer = bytes.slice().buffer;
    for (const source of [buffer, new DataView(buffer)]) expect(describeOnnx(source)).toEqual(describeOnnx(bytes));
    for (const other of ['text', null, 3, {}]) {
      expect(() => describeOnnx(other as unknown as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'VARDROP_ONNX_FILE' }),
      );
    }
  });

  it.each(exportKinds)('is the same file for parameters in other arrays of numbers (%s)', (kind) => {
    const other = (convert: (data: Float32Array) => ArrayLike<number>) =>
      Object.fromEntries(
        Object.entries(parameters).map(([name, { shape, data }]) => [name, { shape, data: convert(data) }]),
      );
    for (const convert of [Array.from<number>, (data: Float32Array) => Float64Array.from(data)]) {
      expect(exportOnnx(model, other(convert), { kind })).toEqual(file(kind));
    }
  });

  it('is refused when cut short anywhere, or not ours', () => {
    const bytes = file('mean');
    for (let length = 0; length < bytes.length; length++) {
      expect(() => describeOnnx(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'VARDROP_ONNX_FILE' }),
      );
    }
    for (const other of [new TextEncoder().encode('not an ONNX file'), Uint8Array.of(0x12, 3, 0x61, 0x62, 0x63)]) {
      expect(() => describeOnnx(other)).toThrow(expect.objectContaining({ code: 'VARDROP_ONNX_FILE' }));
    }
  });

  it.each([
    ['VARDROP_OPTION', () => exportOnnx(model, parameters, { kind: 'median' as ExportKind })],
    ['VARDROP_OPTION', () => exportOnnx(model, parameters, { kind: 'sample', opset: 16 as 17 })],
    ['VARDROP_OPTION', () => exportOnnx(model, parameters, { kind: 'mean', samples: 8 } as { kind: 'mean' })],
    ['VARDROP_STATE', () => exportOnnx(model, {}, { kind: 'mean' })],
    [
      'VARDROP_STATE',
      () =>
        exportOnnx(
          model,
          { ...parameters, 'dense1/bias': { shape: [16], data: new Float32Array(3) } },
          { kind: 'mean' },
        ),
    ],
    [
      'VARDROP_NON_FINITE',
      () =>
        exportOnnx(
          model,
          { ...parameters, 'dense1/bias': { shape: [16], data: new Float32Array(16).fill(Number.NaN) } },
          { kind: 'mean' },
        ),
    ],
    ['VARDROP_EXPORT', () => exportOnnx(quiet.model, quiet.parameters, { kind: 'sample' })],
    ['VARDROP_MOMENTS', () => exportOnnx(pooled, initialState(pooled, adam(), 1).parameters, { kind: 'moments' })],
    ['VARDROP_OPTION', () => exportOnnx(model, parameters, { kind: 'mean', moments: {} })],
  ])('is refused with %s where it cannot be', (code, attempt) => {
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });

  it.each([null, undefined, {}, 3, Promise.resolve()])('is refused for %s as a model', (nothing) => {
    const none = nothing as unknown as Model;
    expect(() => exportOnnx(none, parameters, { kind: 'mean' })).toThrow(
      expect.objectContaining({ code: 'VARDROP_MODEL', message: expect.stringMatching(/^\[exportOnnx\] model: got/) }),
    );
  });

  it.each([null, 'categorical', categorical])('is refused for %s as a likelihood', (other) => {
    const wrong = { ...model, likelihood: other as unknown as Likelihood };
    expect(() => exportOnnx(wrong, parameters, { kind: 'mean' })).toThrow(
      expect.objectContaining({
        code: 'VARDROP_OPTION',
        message: expect.stringMatching(/^\[exportOnnx\] likelihood: got/),
      }),
    );
  });

  it('is refused for a likelihood beside the model', () => {
    const options = { kind: 'mean', likelihood: categorical() } as const;
    expect(() => exportOnnx(model, parameters, options)).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTION', message: expect.stringContaining('It belongs to the model') }),
    );
  });

  it.each(['0.5', null, 1n, {}])('is refused where a parameter has %s among its numbers', (bad) => {
    const data: unknown[] = Array.from(parameters['dense1/bias'].data);
    data[3] = bad;
    const given = { ...parameters, 'dense1/bias': { shape: [16], data: data as number[] } };
    expect(() => exportOnnx(model, given, { kind: 'mean' })).toThrow(
      expect.objectContaining({ code: 'VARDROP_TYPE', message: expect.stringMatching(/'dense1\/bias': got .* at 3,/) }),
    );
  });

  const pooled = sequential({
    input: [12, 1],
    noise: sparseVariational(),
    layers: [dense({ units: 5 }), globalMaxPooling1d()],
  });
  const quiet = {
    model: sequential({ input: [12], layers: [dense({ units: 16, activation: 'relu' }), dense({ units: 5 })] }),
    parameters,
  };
});
