import {
  adam,
  bernoulliLearned,
  conv2d,
  dense,
  flatten,
  type Model,
  noNoise,
  sequential,
  sparseVariational,
  variationalDropout,
} from '@vardrop/core';
import { compileProgram } from '@vardrop/core/backend';
import { trainingProgram } from '@vardrop/core/extend';
import { bindBatch, expand, hostNoise, simplify } from '@vardrop/core/program';
import fc from 'fast-check';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { emitProgram } from '../src/emit/emitProgram.js';
import { createOnnxBackend } from '../src/index.js';
import type { SessionOptions } from '../src/ort.js';

const noises = [noNoise(), sparseVariational(), bernoulliLearned(), variationalDropout({ type: 'A' })] as const;

const networks = fc
  .record({
    widths: fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 1, maxLength: 3 }),
    noise: fc.constantFrom(...noises),
    convolves: fc.boolean(),
  })
  .map(({ widths, noise, convolves }) =>
    sequential({
      input: convolves ? [6, 5, 2] : [3],
      noise,
      layers: [
        ...(convolves ? [conv2d({ filters: 3, size: 3, activation: 'relu' }), flatten()] : []),
        ...widths.map((units) => dense({ units, activation: 'tanh' })),
      ],
    }),
  );

const deep = (layers: number) =>
  sequential({
    input: [4],
    noise: sparseVariational(),
    layers: Array.from({ length: layers }, () => dense({ units: 4, activation: 'relu' })),
  });

const step = (model: Model) => trainingProgram(model, adam());

/** What the runtime is asked for when a training step is compiled. */
async function optionsFor(model: Model): Promise<SessionOptions> {
  let asked: SessionOptions | undefined;
  const backend = await createOnnxBackend({
    device: 'wasm',
    ort: {
      env: web.env,
      Tensor: web.Tensor,
      InferenceSession: {
        create: async (_: Uint8Array, options: SessionOptions) => {
          asked = options;
          return { release: async () => undefined };
        },
      } as unknown as typeof web.InferenceSession,
    },
  });
  const compiled = await compileProgram(backend, step(model), { batch: 2 });
  compiled.dispose();
  await backend.close();
  return asked as SessionOptions;
}

describe('a model of a training step', () => {
  it.each([{}, { transposeLeft: true, sumsAsProducts: true }])('has no two equal nodes, in style %j', (style) => {
    fc.assert(
      fc.property(networks, fc.integer({ min: 1, max: 3 }), (model, batch) => {
        const { program } = hostNoise(simplify(expand(bindBatch(step(model), batch), ['sigmoid', 'tanh'])));
        const { model: made, outputs } = emitProgram(program, style);
        const named = new Set(Object.values(outputs));
        const seen = new Map<string, string>();
        for (const { opType, input, output, attribute } of made.graph.node) {
          const key = JSON.stringify([opType, input, attribute], (_, value) =>
            typeof value === 'bigint' ? String(value) : value,
          );
          // A copy has the name of an output, which it has to keep.
          if (!named.has(output[0])) expect(seen.get(key), `${output[0]} = ${opType} ${input}`).toBeUndefined();
          seen.set(key, output[0]);
        }
        const values = made.graph.valueInfo.map(({ name }) => name);
        expect(new Set(values).size).toBe(values.length);
        expect(values.filter((name) => named.has(name))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('is optimized by the runtime where it convolves and is not too long', async () => {
    const convolves = sequential({ input: [6, 5, 1], layers: [conv2d({ filters: 2, size: 3 }), flatten()] });
    expect(await optionsFor(convolves)).toMatchObject({ graphOptimizationLevel: 'all' });
    expect(await optionsFor(deep(3))).toMatchObject({ graphOptimizationLevel: 'disabled' });
    const { calls, options } = deep(80);
    const long = sequential({
      noise: options.noise,
      input: [6, 5, 1],
      layers: [conv2d({ filters: 2, size: 3 }), flatten(), ...calls.map(({ definition }) => definition)],
    });
    expect(await optionsFor(long)).toMatchObject({ graphOptimizationLevel: 'disabled' });
  });
});
