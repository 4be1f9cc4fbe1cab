import * as gpujs from '@vardrop/adapter-gpujs';
import * as onnx from '@vardrop/adapter-onnx';
import * as tfjs from '@vardrop/adapter-tfjs';
import * as wasm from '@vardrop/adapter-wasm';
import * as conformance from '@vardrop/conformance';
import * as data from '@vardrop/data';
import * as experiments from '@vardrop/experiments';
import { describe, expect, it } from 'vitest';
import * as cli from '../src/index.js';
import { withOptions } from './options/core.js';
import { core } from './options/coreExports.js';
import { declaredParameters, takesOptions } from './options/declared.js';
import { type Entry, samples } from './options/entry.js';
import { others } from './options/others.js';
import { withoutOptions } from './options/withoutOptions.js';

const packages = {
  core,
  conformance,
  data,
  experiments,
  cli,
  'adapter-tfjs': tfjs,
  'adapter-onnx': onnx,
  'adapter-gpujs': gpujs,
  'adapter-wasm': wasm,
} as const;

const entries: Readonly<Record<string, Readonly<Record<string, Entry>>>> = { core: withOptions, ...others };

/** What a call throws or rejects with. */
const failureOf = async (entry: Entry, options: object): Promise<unknown> => {
  try {
    await entry.call(options as never);
    return undefined;
  } catch (error) {
    return error;
  }
};

const shown = (value: unknown) => core.formatValue(value);

describe.each(Object.entries(packages))('%s', (folder, exported) => {
  const own = entries[folder];
  const functions = Object.entries(exported).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));

  it('has every export decided: with options, or without', () => {
    expect([...Object.keys(own), ...withoutOptions[folder]].sort()).toEqual([...functions].sort());
  });

  it('has no options where they are said not to be', () => {
    const declared = declaredParameters(folder);
    for (const name of withoutOptions[folder]) {
      // They are handed the options of others.
      if (name === 'checkOptionNames' || name === 'buildLinearPart') continue;
      // Classes have no declaration of a function.
      expect([name, takesOptions(declared.get(name) ?? '')]).toEqual([name, false]);
    }
    for (const name of Object.keys(own)) expect([name, declared.has(name)]).toEqual([name, true]);
  });

  it.each(Object.entries(own))('%s refuses options that it does not have, and says which it has', async (_, entry) => {
    const failure = await failureOf(entry, { notAnOption: 1 });
    expect(failure).toMatchObject({
      code: 'VARDROP_OPTION',
      message: expect.stringMatching(/got 'notAnOption', needs/),
    });
    const known = /needs names among (.*?)\./.exec((failure as Error).message)?.[1].split(', ') ?? [];
    expect(known.sort()).toEqual(Object.keys(entry.options).sort());
  });

  it.each(Object.entries(own))('%s refuses options of other types', async (_, entry) => {
    for (const [option, kind] of Object.entries(entry.options)) {
      const kinds = [kind].flat();
      for (const [sample, value] of kinds.includes('any') ? [] : samples) {
        if (kinds.some((each) => each === sample)) continue;
        const failure = await failureOf(entry, { [option]: value });
        const code = (failure as { readonly code?: unknown } | undefined)?.code;
        expect(`${option}: ${shown(value)} gives ${code}`).toMatch(/ gives VARDROP_/);
      }
    }
  });
});

describe('what is not exported by itself', () => {
  const b = core.createBuilder('test');
  const x = b.input('x', [2, 2]);
  const image = b.input('image', [1, 4, 4, 1]);
  const unknown = { notAnOption: 1 } as object;
  const backend = core.createReferenceBackend();
  const model = core.sequential({ input: [2], layers: [core.dense({ units: 2 })] });
  const state = core.initialState(model, core.adam(), 0);
  const inputs = Float32Array.of(1, 2);
  it.each([
    ['matmul', () => b.matmul(x, x, unknown)],
    ['conv2d', () => b.conv2d(image, image, unknown)],
    ['maxPool2d', () => b.maxPool2d(image, [2, 2], unknown)],
    ['averagePool2d', () => b.averagePool2d(image, [2, 2], unknown)],
    ['predictor.run', () => core.createPredictor(model, { backend }).run({}, inputs, unknown)],
    [
      'trainer.run',
      () =>
        core
          .createTrainer(model, { backend, optimizer: core.adam(), state })
          .run(
            { rows: 1, inputs: { x: inputs }, targets: { output: inputs } },
            { learningRateFactor: 1, klScale: 1, ...unknown },
          ),
    ],
    ['data', () => core.fit(model, { backend, data: { inputs, targets: [0], ...unknown } })],
    [
      'earlyStopping',
      () =>
        core.fit(model, {
          backend,
          data: { inputs, targets: [0] },
          validation: { inputs, targets: [0] },
          earlyStopping: { patience: 1, ...unknown },
        }),
    ],
  ])('%s refuses options that it does not have', async (_, act) => {
    await expect((async () => act())()).rejects.toMatchObject({
      code: 'VARDROP_OPTION',
      message: expect.stringMatching(/got 'notAnOption'/),
    });
  });
});
