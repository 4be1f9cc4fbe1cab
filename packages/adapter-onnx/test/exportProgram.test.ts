import {
  adam,
  conv2d,
  dense,
  flatten,
  initialState,
  logUniformSigmoid,
  maxPooling2d,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { createTrainer, noiseKeys, trainingProgram } from '@vardrop/core/extend';
import { createBuilder, elementCount, type Program } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { describe, expect, it } from 'vitest';
import { createOnnxBackend, describeOnnx, exportProgram, type KeySource } from '../src/index.js';
import { devices, type Feeds, openModel } from './runtimes.js';

const options = { noise: sparseVariational(), divergence: logUniformSigmoid() };
const networks = {
  dense: sequential({ input: [6], ...options, layers: [dense({ units: 8, activation: 'relu' }), dense({ units: 3 })] }),
  images: sequential({
    input: [6, 6, 1],
    ...options,
    layers: [
      conv2d({ filters: 2, size: 3, activation: 'relu' }),
      maxPooling2d({ size: 2 }),
      flatten(),
      dense({ units: 3 }),
    ],
  }),
};
const optimizer = adam();

/** A minibatch of random inputs and labels. */
function minibatch(inputShape: readonly number[], rows: number, seed: number) {
  const size = rows * elementCount(inputShape);
  const y = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) y[3 * row + ((row + seed) % 3)] = 1;
  return { rows, inputs: { x: random.normal(random.key(seed), size) }, targets: { output: y } };
}

describe.each(devices)('exported programs on %s', (device) => {
  it.each(Object.entries(networks))('train as the library does, for any size of minibatch: %s', async (_, model) => {
    const state = initialState(model, optimizer, 9);
    const backend = await createOnnxBackend({ device });
    const trainer = createTrainer(model, { backend, optimizer, state });
    const file = exportProgram(trainingProgram(model, optimizer), { keys: 'training' });
    const exported = await openModel(device, file);
    let carried: Record<string, { shape: readonly number[]; data: Float32Array }> = {
      ...state.parameters,
      ...state.optimizer.slots,
    };
    const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });
    for (const [step, rows] of [4, 4, 7].entries()) {
      const given = minibatch(model.inputShape, rows, step);
      const expected = await trainer.run(given, { learningRateFactor: 0.5, klScale: 0.1 });
      const scalars = { ...optimizer.scalars(step + 1, 0.5), klScale: 0.1 };
      const feeds: Feeds = {
        ...carried,
        ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalar(value)])),
        x: { shape: [rows, ...model.inputShape], data: given.inputs.x },
        y: { shape: [rows, 3], data: given.targets.output },
        rowScale: { shape: [rows], data: new Float32Array(rows).fill(1 / rows) },
        seed: 9,
        step,
        row: 0,
      };
      const results = await exported.run(feeds);
      for (const name of ['loss', 'dataTerm', 'kl'] as const) expect(results[name][0]).toBe(expected[name]);
      carried = Object.fromEntries(
        Object.entries(carried).map(([name, { shape }]) => [name, { shape, data: results[`${name}/next`] }]),
      );
    }
    const { parameters } = await trainer.state();
    for (const [name, { data }] of Object.entries(parameters))
      expect([name, ...carried[name].data]).toEqual([name, ...data]);
    trainer.dispose();
    await backend.close();
  });

  it('take keys by name', async () => {
    const keys = noiseKeys(['a', 'b'], 5, 'prediction', 2, 10);
    const model = await openModel(device, exportProgram(twoDraws()));
    expect([...model.names].sort()).toEqual(['key/a', 'key/b', 'row', 'x']);
    const word = (name: string) => ({ shape: [2], data: Uint32Array.from(keys[name].words) });
    const x = { shape: [3, 2], data: new Float32Array(6) };
    const { y } = await model.run({ x, row: 10, 'key/a': word('a'), 'key/b': word('b') });
    const [a, b] = [random.normal(keys.a.words, 6, 20), random.uniform(keys.b.words, 6, 20)];
    expect([...y]).toEqual([...a.map((value, i) => Math.fround(value + b[i]))]);
  });
});

function twoDraws(): Program {
  const b = createBuilder('two draws');
  const x = b.input('x', ['batch', 2]);
  const noise = b.add(b.noise('normal', 'a', ['batch', 2]), b.noise('uniform', 'b', ['batch', 2]));
  b.output('y', b.add(x, noise));
  return b.build();
}

describe('what exportProgram writes', () => {
  it('says what it is, with free rows', () => {
    const description = describeOnnx(exportProgram(twoDraws(), { keys: 'prediction' }));
    expect(description).toMatchObject({ kind: 'program', program: 'two draws', opset: 18, parameters: [] });
    expect(description.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['x', ['batch', 2]],
      ['seed', []],
      ['step', []],
      ['row', []],
    ]);
    expect(description.outputs).toEqual([{ name: 'y', type: 'float', shape: ['batch', 2] }]);
  });

  it('is for opset 17 without noise', () => {
    const b = createBuilder('sum');
    b.output('y', b.reduceMax(b.input('x', ['batch', 2]), [1]));
    expect(describeOnnx(exportProgram(b.build())).opset).toBe(17);
  });

  it('refuses what it does not know', () => {
    const refuse = (attempt: () => unknown, code: string) => expect(attempt).toThrow(expect.objectContaining({ code }));
    refuse(() => exportProgram(twoDraws(), { keys: 'prior' as KeySource }), 'VARDROP_OPTION');
    refuse(() => exportProgram(twoDraws(), { opset: 12 as 17 }), 'VARDROP_OPTION');
    refuse(() => exportProgram(twoDraws(), { key: 'given' } as { keys?: KeySource }), 'VARDROP_OPTION');
    const b = createBuilder('no rows');
    b.output('y', b.noise('normal', 'z', ['batch', 2]));
    refuse(() => exportProgram(b.build()), 'VARDROP_PROGRAM');
  });
});
