import type { Backend } from '@vardrop/core';
import type { Executable, Tensor } from '@vardrop/core/backend';
import { boundProgram, createBuilder, type Program } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import * as gpujs from 'gpu.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGpujsBackend, type GpuClass, type GpujsBackend } from '../src/index.js';

/** Browsers get a bundle whose one export is the class. */
const { GPU } = (gpujs as unknown as { readonly default?: { readonly GPU: GpuClass } }).default ?? gpujs;

/** Textures and buffers of the context that are alive. */
let textures: Set<unknown>;
let buffers: Set<unknown>;
let backend: GpujsBackend;

beforeEach(async () => {
  textures = new Set();
  buffers = new Set();
  class Watched extends GPU {
    constructor(settings: ConstructorParameters<GpuClass>[0]) {
      super(settings);
      const context = document.createElement('canvas').getContext('webgl2') as WebGL2RenderingContext;
      watch(context, 'Texture', textures);
      watch(context, 'Buffer', buffers);
      Object.assign(this, { context, canvas: context.canvas });
    }
  }
  backend = await createGpujsBackend({ mode: 'webgl2', GPU: Watched });
});
afterEach(() => backend.close());

function watch(context: WebGL2RenderingContext, kind: 'Texture' | 'Buffer', alive: Set<unknown>): void {
  const create = context[`create${kind}`].bind(context);
  const remove = context[`delete${kind}`].bind(context) as (made: unknown) => void;
  Object.assign(context, {
    [`create${kind}`]: () => {
      const made = create();
      alive.add(made);
      return made;
    },
    [`delete${kind}`]: (made: unknown) => {
      alive.delete(made);
      remove(made);
    },
  });
}

/** A layer of six units that is fitted to y by gradient descent: w ← w − 0.01 xᵀ(xw − y); its loss is an output. */
function descent(rows: number): Program {
  const b = createBuilder('descent');
  const x = b.input('x', [rows, 5], 'iteration');
  const y = b.input('y', [rows, 6], 'iteration');
  const w = b.input('w', [5, 6], 'carried');
  const error = b.sub(b.matmul(x, w), y);
  b.output('w', b.sub(w, b.mul(b.matmul(x, error, { transposeA: true }), 0.01)));
  b.output('loss', b.reduceSum(b.mul(error, error)));
  return b.build();
}

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7919 + seed * 104729) % 1000) / 1000 - 0.5);

/** Steps of descent, each run on its own; what is carried is handed on, and disposed of once it has been replaced. */
async function descend(on: Backend, executable: Executable, from: Tensor, rows: number, steps: number) {
  let w = from;
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const inputs = {
      x: on.upload(numbers(rows * 5, step), [rows, 5]),
      y: on.upload(numbers(rows * 6, step + 1), [rows, 6]),
    };
    const { carried, outputs } = executable.run({ w }, [{ inputs }]);
    losses.push((await on.read(outputs[0].loss))[0]);
    for (const tensor of [w, outputs[0].loss, ...Object.values(inputs)]) on.dispose(tensor);
    w = carried.w;
  }
  return { w, losses };
}

it('copies neither what is carried nor what nobody reads', async () => {
  const executable = await backend.compile(boundProgram(descent(8)));
  const first = await descend(backend, executable, backend.upload(numbers(30, 9), [5, 6]), 8, 1);
  const before = backend.traffic();
  await descend(backend, executable, first.w, 8, 10);
  const after = backend.traffic();
  expect(after.plans - before.plans).toBe(10);
  // x and y of eight rows in, one number out.
  expect(after.bytesIn - before.bytesIn).toBe(10 * 4 * 8 * (5 + 6));
  expect(after.bytesOut - before.bytesOut).toBe(10 * 4);
  executable.dispose();
});

it('has as many textures and buffers after 60 steps as after 6, and none once all is disposed of', async () => {
  const executable = await backend.compile(boundProgram(descent(8)));
  const some = await descend(backend, executable, backend.upload(numbers(30, 9), [5, 6]), 8, 6);
  const [someTextures, someBuffers] = [textures.size, buffers.size];
  expect(someTextures).toBeGreaterThan(0);
  const more = await descend(backend, executable, some.w, 8, 54);
  expect([textures.size, buffers.size]).toEqual([someTextures, someBuffers]);
  backend.dispose(more.w);
  executable.dispose();
  await backend.close();
  // gpu.js destroys its kernels a moment after it was told to.
  await expect.poll(() => [textures.size, buffers.size]).toEqual([0, 0]);
});

it('keeps nothing of programs that are gone, of whatever sizes', async () => {
  const run = async (rows: number) => {
    const executable = await backend.compile(boundProgram(descent(rows)));
    const start = backend.upload(numbers(30, 9), [5, 6]);
    const { w } = await descend(backend, executable, start, rows, 2);
    backend.dispose(w);
    executable.dispose();
    expect(backend.liveTensors()).toBe(0);
  };
  await run(8);
  // gpu.js destroys its kernels a moment after it was told to, and the last one leaves its corners to others.
  await expect.poll(() => textures.size).toBeLessThanOrEqual(2);
  const kept = [textures.size, buffers.size];
  for (let rows = 9; rows < 15; rows++) await run(rows);
  await expect.poll(() => [textures.size, buffers.size]).toEqual(kept);
});

it('keeps results of a program that is gone, and goes on with another', async () => {
  const reference = createReferenceBackend();
  const expected = await descend(
    reference,
    await reference.compile(boundProgram(descent(8))),
    reference.upload(numbers(30, 9), [5, 6]),
    8,
    3,
  );
  const [small, large] = [
    await backend.compile(boundProgram(descent(8))),
    await backend.compile(boundProgram(descent(24))),
  ];
  const start = backend.upload(numbers(30, 9), [5, 6]);
  const { w } = await descend(backend, small, start, 8, 3);
  // Built last, and destroyed first.
  await descend(backend, large, backend.upload(numbers(30, 9), [5, 6]), 24, 1);
  large.dispose();
  const again = await descend(backend, small, backend.upload(numbers(30, 9), [5, 6]), 8, 3);
  small.dispose();
  const wanted = await reference.read(expected.w);
  for (const tensor of [w, again.w]) {
    const values = await backend.read(tensor);
    // Numbers below 1 in sums of at most eight products, three times over: well below 200 roundings of 2⁻²⁴.
    values.forEach((value, i) => {
      expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(200 * 2 ** -24);
    });
  }
});

it('hands on a tensor that one program folds and another reads flat', async () => {
  const [rows, columns] = [5001, 3];
  const folded = createBuilder('folded');
  folded.output('y', folded.add(folded.input('x', [rows, columns]), folded.input('w', [rows, 1])));
  const flat = createBuilder('flat');
  const y = flat.input('y', [rows, columns]);
  flat.output('z', flat.add(y, y));
  const [first, second] = [
    await backend.compile(boundProgram(folded.build())),
    await backend.compile(boundProgram(flat.build())),
  ];
  const x = backend.upload(
    Float32Array.from({ length: rows * columns }, (_, i) => i),
    [rows, columns],
  );
  const w = backend.upload(
    Float32Array.from({ length: rows }, (_, i) => 0.25 * (i % 4)),
    [rows, 1],
  );
  const between = first.run({ x, w }, [{}]).outputs[0].y;
  const expected = Float32Array.from({ length: rows * columns }, (_, i) => 2 * i + 0.5 * (Math.floor(i / columns) % 4));
  expect(await backend.read(second.run({ y: between }, [{}]).outputs[0].z)).toEqual(expected);
  first.dispose();
  expect(await backend.read(second.run({ y: between }, [{}]).outputs[0].z)).toEqual(expected);
});
