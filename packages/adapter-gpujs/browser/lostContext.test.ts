import { boundProgram, createBuilder } from '@vardrop/core/program';
import * as gpujs from 'gpu.js';
import { expect, it } from 'vitest';
import { createGpujsBackend, type GpuClass } from '../src/index.js';
import { checkResume } from './checkResume.js';

/** Browsers get a bundle whose one export is the class. */
const { GPU } = (gpujs as unknown as { readonly default?: { readonly GPU: GpuClass } }).default ?? gpujs;

/** A backend, and what takes its context away. */
async function createWatched() {
  let context: WebGL2RenderingContext | undefined;
  class Watched extends GPU {
    constructor(settings: ConstructorParameters<GpuClass>[0]) {
      super(settings);
      context = document.createElement('canvas').getContext('webgl2') as WebGL2RenderingContext;
      Object.assign(this, { context, canvas: context.canvas });
    }
  }
  const backend = await createGpujsBackend({ mode: 'webgl2', GPU: Watched });
  return { backend, lose: () => context?.getExtension('WEBGL_lose_context')?.loseContext() };
}

const lost = { code: 'VARDROP_DEVICE_LOST', message: expect.stringContaining('lost WebGL context') };

it('says at read that the WebGL context is lost', async () => {
  const { backend, lose } = await createWatched();
  const b = createBuilder('double');
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  const executable = await backend.compile(boundProgram(b.build()));
  const given = backend.upload(Float32Array.of(1, 2), [2]);
  const before = executable.run({ x: given }, [{}]).outputs[0].y;
  expect(await backend.read(before)).toEqual(Float32Array.of(2, 4));
  lose();
  const after = executable.run({ x: given }, [{}]).outputs[0].y;
  await expect(backend.read(after)).rejects.toMatchObject(lost);
  // What was computed in time, but stayed there, is lost as well.
  await expect(backend.read(before)).rejects.toMatchObject(lost);
  expect(await backend.read(given)).toEqual(Float32Array.of(1, 2));
  await backend.close();
});

it('rejects all iterations that a lost context leaves undone', async () => {
  const { backend, lose } = await createWatched();
  const b = createBuilder('sum');
  const w = b.input('w', [2], 'carried');
  b.output('w', b.add(w, b.input('x', [2], 'iteration')));
  b.output('twice', b.add(w, w));
  const executable = await backend.compile(boundProgram(b.build()));
  const x = backend.upload(Float32Array.of(1, 2), [2]);
  const { carried, outputs } = executable.run({ w: x }, [{ inputs: { x } }, { inputs: { x } }, { inputs: { x } }]);
  lose();
  for (const tensor of [carried.w, ...outputs.map(({ twice }) => twice)]) {
    await expect(backend.read(tensor)).rejects.toMatchObject(lost);
  }
  await backend.close();
});

checkResume(createWatched, lost);
