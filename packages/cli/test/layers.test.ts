import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { categorical, describeModel, modelFrom } from '@vardrop/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { exportNetwork } from '../src/commands/export.js';
import { train } from '../src/commands/train.js';
import { loadLayers } from '../src/layers/layerPlan.js';
import { createProgress } from '../src/progress.js';
import { buildNetwork } from '../src/training/network.js';
import type { TrainOptions } from '../src/trainOptions.js';
import { writeImages } from './writeImages.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-layers-'));
  await writeImages(directory, 'train', 60, 1, [6, 8]);
  await writeImages(directory, 't10k', 20, 2, [6, 8]);
});
afterAll(() => rm(directory, { recursive: true }));

function optionsOf(layers: string, ...more: string[]): TrainOptions {
  const words = ['train', '--data', directory, '--epochs', '2', '--batch', '20', '--samples', '2', ...more];
  const parsed = parseArguments([...words, '--layers', layers], '0');
  if (parsed.kind !== 'train') throw new Error(parsed.kind);
  return parsed.options;
}
const run = (options: TrainOptions) =>
  train(options, createProgress({ write: () => true }, true), new AbortController().signal);

const image = { inputs: 48, outputs: 3, image: [6, 8, 1] };
async function networkOf(layers: string, ...more: string[]) {
  const options = optionsOf(layers, ...more);
  return buildNetwork({ ...options, layers: await loadLayers(options.layers) }, image, categorical());
}
const shapesOf = async (layers: string, ...more: string[]) =>
  (await networkOf(layers, ...more)).layers.map(({ kind, outputShape }) => `${kind} ${outputShape.join('x')}`);
async function file(name: string, json: unknown): Promise<string> {
  const path = join(directory, `${name}.json`);
  await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
  return path;
}

describe('the notation of layers', () => {
  test('is that of units where there is nothing else', () => {
    expect(optionsOf('5, 4').layers).toEqual([5, 4]);
    expect(optionsOf('dense 5,4').layers).toBe('dense 5, dense 4');
  });

  test.each([
    ['5,4', ['dense 5', 'dense 4', 'dense 3']],
    ['dense 5, 4', ['dense 5', 'dense 4', 'dense 3']],
    ['conv 3x3x4, pool 2, dense 7', ['conv2d 6x8x4', 'maxPooling2d 3x4x4', 'flatten 48', 'dense 7', 'dense 3']],
    ['Conv 3 x 2 x 4/2,POOL 1x2', ['conv2d 3x4x4', 'maxPooling2d 3x2x4', 'flatten 24', 'dense 3']],
    [
      'conv 1x1x2, batchnorm, average 3x4, global',
      ['conv2d 6x8x2', 'batchNorm 6x8x2', 'averagePooling2d 2x2x2', 'globalAveragePooling2d 2', 'dense 3'],
    ],
    ['pool 2, flatten, layernorm, 5', ['maxPooling2d 3x4x1', 'flatten 12', 'layerNorm 12', 'dense 5', 'dense 3']],
  ])('%s', async (layers, expected) => {
    expect(await shapesOf(layers)).toEqual(expected);
  });

  test('gives the first layer with weights the noise of inputs', async () => {
    const { layers } = await networkOf('conv 3x3x4, pool 2, dense 7', '--noise', 'bernoulli', '--estimator', 'local');
    const recipes = layers.flatMap(({ parts = [] }) => parts.map(({ noise }) => noise.recipe));
    expect(recipes.map((recipe) => recipe?.options)).toEqual([{ rate: 0.2 }, { rate: 0.5 }, { rate: 0.5 }]);
  });

  test('reads what it writes', () => {
    const size = fc.integer({ min: 1, max: 999 });
    const step = fc.oneof(
      size.map((units) => `dense ${units}`),
      fc.tuple(size, size, size).map((sizes) => `conv ${sizes.join('x')}`),
      fc.tuple(size, size, size, size).map(([a, b, c, d]) => `conv ${a}x${b}x${c}/${d}`),
      fc.tuple(fc.constantFrom('pool', 'average'), size, size).map(([word, a, b]) => `${word} ${a}x${b}`),
      fc.constantFrom('pool 3', 'global', 'flatten', 'batchnorm', 'layernorm'),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const text = steps.join(', ');
        expect(optionsOf(text).layers).toBe(text);
        expect(optionsOf(steps.map((each) => each.toUpperCase()).join(',')).layers).toBe(text);
      }),
    );
  });

  test.each([
    'conv',
    'conv 3',
    'conv 3x3',
    'conv 3x3x0',
    'pool',
    'pool 2x2x2',
    'dense',
    'dense 3x3',
    'dens 3',
    'global 2',
    '3,,4',
    'conv 3x3x4/',
    '1e3',
    ' ',
  ])('refuses "%s"', (layers) => {
    expect(() => optionsOf(layers)).toThrow(expect.objectContaining({ code: 'VARDROP_INVALID_OPTION' }));
  });
});

describe('a file of layers', () => {
  const hidden = [
    { part: 'conv2d', options: { filters: 4, size: 3, activation: 'relu' } },
    { name: 'dropped', part: 'flatten', options: {} },
    { part: 'dense', options: { units: 5, activation: 'tanh', noise: { part: 'bernoulli', options: { rate: 0.1 } } } },
  ];

  test('has the hidden layers, which keep noise of their own', async () => {
    const model = await networkOf(await file('list', hidden), '--noise', 'mean-field');
    expect(model.layers.map(({ kind }) => kind)).toEqual(['conv2d', 'flatten', 'dense', 'flatten', 'dense']);
    const noises = model.layers.flatMap(({ parts = [] }) => parts.map(({ noise }) => noise.name));
    expect(noises).toEqual(['mean-field', 'bernoulli', 'mean-field']);
  });

  test('has a whole network, with the noise of the command where it has none', async () => {
    const whole = describeModel(await networkOf('conv 3x3x4, pool 2, dense 7', '--noise', 'sparse'));
    const same = await networkOf(await file('whole', whole), '--noise', 'bernoulli');
    expect(describeModel(same)).toMatchObject({ layers: whole.layers, calls: whole.calls });
    const bare = JSON.parse(JSON.stringify(whole), (key, value) =>
      key === 'noise' || key === 'divergence' ? undefined : value,
    );
    const noisy = await networkOf(await file('bare', bare), '--noise', 'sparse');
    expect(noisy.parameters).toEqual(modelFrom(whole).parameters);
  });

  test.each<[string, unknown, string]>([
    ['text', '{', '--layers: got'],
    ['other', 7, 'layers: got 7, needs a list'],
    ['unknown', [{ part: 'dens', options: {} }], "layers[0]: got the part 'dens'"],
    ['option', [{ part: 'dense', options: { unit: 3 } }], 'layers[0]: '],
    ['no layer', [{ part: 'meanField', options: {} }], 'layers[0]: '],
    ['form', [{ part: 'dense' }], "layers[0]: got an object with part, needs 'options' in it"],
    ['shape', [{ part: 'conv2d', options: { filters: 2, size: 9 } }], 'shape.json: '],
    ['format', { format: 9 }, 'format.json: [modelFrom]'],
  ])('is refused, named and with the place: %s', async (name, json, message) => {
    const path = await file(name, json);
    await expect(networkOf(path)).rejects.toMatchObject({
      code: 'VARDROP_LAYERS',
      message: expect.stringMatching(/^\[vardrop train\] --layers: /),
    });
    await expect(networkOf(path)).rejects.toThrow(message);
  });

  test('is refused where it does not fit the data', async () => {
    const whole = await file('fits', describeModel(await networkOf('5')));
    const options = { ...optionsOf(whole), layers: await loadLayers(whole) };
    for (const sizes of [
      { inputs: 47, outputs: 3 },
      { inputs: 48, outputs: 4 },
    ])
      expect(() => buildNetwork(options, sizes, categorical())).toThrow(
        /one input of \d+ numbers and one output of \d/,
      );
    expect(() => buildNetwork({ ...options, layers: 'conv 3x3x2' }, { inputs: 48, outputs: 3 }, categorical())).toThrow(
      'The rows of the data are no images',
    );
  });
});

describe('training', () => {
  const quiet = ['--noise', 'variational-b'];

  test('is the same for layers that are written in three ways, and goes on without the file', async () => {
    const one = join(directory, 'one.safetensors');
    const two = join(directory, 'two.safetensors');
    const report = await run(optionsOf('conv 3x3x2, pool 2, dense 5', ...quiet, '--checkpoint', one));
    expect(report.configuration.layers).toBe('6×8×2, 3×4×2, 24, 5, 3');
    expect(report.layers.map(({ name }) => name)).toEqual(['conv2d1', 'dense1', 'dense2']);
    expect(report.inputAlpha).toBeUndefined();
    const description = describeModel(await networkOf('conv 3x3x2, pool 2, dense 5', ...quiet));
    const path = await file('gone', description);
    const other = await run(optionsOf(path, ...quiet, '--checkpoint', two));
    expect(other.summary.nll).toBe(report.summary.nll);
    await writeFile(path, JSON.stringify(describeModel(await networkOf('conv 3x3x3, pool 2, dense 5', ...quiet))));
    const resume = (...more: string[]) => {
      const parsed = parseArguments(['train', '--resume', two, '--data', directory, ...more], '0');
      return run(parsed.kind === 'train' ? parsed.options : optionsOf(''));
    };
    await expect(resume('--layers', path)).rejects.toMatchObject({ code: 'VARDROP_RESUME' });
    await rm(path);
    expect((await resume()).summary.nll).toBe(report.summary.nll);
    expect((await resume('--epochs', '3')).epochs).toHaveLength(1);
  });

  test('writes a checkpoint that can be exported', async () => {
    const [from, to] = [join(directory, 'conv.safetensors'), join(directory, 'conv.onnx')];
    await run(optionsOf('conv 3x3x2, pool 2', ...quiet, '--checkpoint', from));
    let printed = '';
    const write = (text: string) => {
      printed += text;
    };
    await exportNetwork({ checkpoint: from, output: to, kind: 'mean', verbose: false }, { write });
    expect(printed).toContain('inputs: x [batch, 6, 8, 1]');
    expect((await readFile(to)).length).toBeGreaterThan(100);
  });
});
