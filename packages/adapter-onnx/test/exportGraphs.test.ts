import { categorical, modelFrom, predict } from '@vardrop/core';
import { bindBatch } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { prepare } from '../src/export/emitModel.js';
import { meanProgram } from '../src/export/meanProgram.js';
import { describeOnnx, exportOnnx } from '../src/index.js';
import { supportsOf } from '../src/supports.js';
import { exportKindsOf } from './exportKindsOf.js';
import { graphs } from './graphs.js';
import type { GraphExample } from './networks.js';
import { boundsOfSample, dataOf, feedsOf, namedInputs } from './predictionBounds.js';
import { pythons } from './python.js';
import { runningError } from './runningError.js';
import { openModel } from './runtimes.js';

const seed = 42;
const samples = 3;
const backend = createReferenceBackend();

/** What the reference predicts, by the names of a file's outputs. */
async function predicted(example: GraphExample, options: { readonly mode?: 'mean'; readonly samples?: number }) {
  const { model, parameters } = example;
  const inputs = namedInputs(example);
  const prediction = await predict(model, { backend, parameters, inputs, seed, ...options });
  const several = model.outputs.length > 1;
  const byOutput = several ? Object.entries(prediction) : [['', prediction] as const];
  return Object.fromEntries(
    byOutput.flatMap(([output, one]) =>
      Object.entries(one as object)
        .filter(([, values]) => ArrayBuffer.isView(values) && !(values instanceof Int32Array))
        .map(([name, values]) => [several ? `${output}/${name}` : name, values as ArrayLike<number>]),
    ),
  );
}

const feedsFor = (example: GraphExample) =>
  Object.fromEntries(
    example.model.inputs.map(({ name, shape }) => [
      name,
      { shape: [example.rows, ...shape], data: namedInputs(example)[name] },
    ]),
  );

/** Asserts that values are within their bounds, and that there are bounds which say something. */
function expectWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, bounds: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const bound = bounds[i] + 2 ** -23 * Math.abs(expected[i]) + 2 ** -149;
    expect(bound).toBeLessThan(1e-2 * Math.max(1, Math.abs(expected[i])));
    expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(bound);
  }
}

describe.each(graphs)('the file of a network with $name', (example) => {
  const { model, parameters, rows } = example;
  const device = 'native';

  it('mean: predicts as the library does', async () => {
    const session = await openModel(device, exportOnnx(model, parameters, { kind: 'mean' }));
    const actual = await session.run(feedsFor(example));
    const program = bindBatch(prepare(meanProgram(model)), rows);
    const given = feedsOf(program, { ...dataOf(parameters), ...namedInputs(example) });
    const { errors } = runningError(program, { inputs: given }, supportsOf(device));
    const expected = await predicted(example, { mode: 'mean' });
    for (const [name, id] of Object.entries(program.outputs)) {
      // The library gives no logits.
      if (!name.endsWith('logits')) expectWithin(actual[name], expected[name], errors[id]);
    }
    await session.release();
  });

  it('sample: predicts as the library does', async () => {
    const session = await openModel(device, exportOnnx(model, parameters, { kind: 'sample' }));
    const actual = await session.run({ ...feedsFor(example), seed, samples, row: 0 });
    const bounds = boundsOfSample(example, device, { seed, samples });
    const expected = await predicted(example, { samples });
    expect(Object.keys(actual).sort()).toEqual(Object.keys(bounds).sort());
    for (const name of Object.keys(bounds)) expectWithin(actual[name], expected[name], bounds[name]);
    await session.release();
  });
});

it('holds inputs and outputs by name, and what the model carries', () => {
  const [{ model, parameters }] = graphs;
  const sample = describeOnnx(exportOnnx(model, parameters, { kind: 'sample' }));
  expect(sample.inputs.map(({ name, type }) => [name, type])).toEqual([
    ...[
      ['a', 'float'],
      ['c', 'float'],
      ['seed', 'int64'],
      ['samples', 'int64'],
      ['row', 'int64'],
    ],
  ]);
  expect(sample.outputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['label/probabilities', ['batch', 4]],
    ['label/entropy', ['batch']],
    ['label/mutualInformation', ['batch']],
    ['size/mean', ['batch', 2]],
    ['size/epistemicVariance', ['batch', 2]],
    ['size/aleatoricVariance', ['batch', 2]],
  ]);
  expect(sample.likelihood).toBe('label: categorical, size: gaussian');
  expect(sample.parameters.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['centred1/mean', 'likelihood/size/logVariance']),
  );
  const mean = describeOnnx(exportOnnx(model, parameters, { kind: 'mean' }));
  expect(mean.outputs.map(({ name }) => name)).toEqual([
    ...['label/logits', 'label/probabilities', 'size/mean', 'size/aleatoricVariance'],
  ]);
});

it('holds a description, of which the model can be made', () => {
  const [, { model, parameters }] = graphs;
  const { model: described } = describeOnnx(exportOnnx(model, parameters, { kind: 'mean' }));
  expect(described && modelFrom(described).parameters).toEqual(model.parameters);
});

it('needs a likelihood for each output', () => {
  const [{ model, parameters }] = graphs;
  const one = { ...model, likelihood: categorical() };
  expect(() => exportOnnx(one, parameters, { kind: 'mean' })).toThrow(
    expect.objectContaining({
      code: 'VARDROP_LIKELIHOOD',
      message: expect.stringContaining('[exportOnnx] likelihood'),
    }),
  );
});

describe.each(pythons)('onnx.checker $version', ({ opset, check }) => {
  it('accepts the files of all graphs', () => {
    const files = graphs.flatMap(({ name, model, parameters }) =>
      exportKindsOf(model).map((options) => ({
        name: `${options.kind} of ${name}`,
        bytes: exportOnnx(model, parameters, options),
      })),
    );
    expect(files.filter(({ name }) => name.startsWith('moments')).length).toBeGreaterThan(graphs.length / 2);
    const known = files.filter(({ bytes }) => describeOnnx(bytes).opset <= opset);
    const verdicts = check(known.map(({ bytes }) => bytes));
    expect(known.map(({ name }, i) => `${name}: ${verdicts[i]}`)).toEqual(known.map(({ name }) => `${name}: `));
  });
});
