import { createBuilder } from '@vardrop/core';
import * as gpujs from 'gpu.js';
import { expect, it } from 'vitest';
import { createGpujsBackend, type GpuClass } from '../src/index.js';

/** Browsers get a bundle whose one export is the class. */
const { GPU } = (gpujs as unknown as { readonly default?: { readonly GPU: GpuClass } }).default ?? gpujs;

it('says at read that the WebGL context is lost', async () => {
  let context: WebGL2RenderingContext | undefined;
  class Watched extends GPU {
    constructor(settings: ConstructorParameters<GpuClass>[0]) {
      super(settings);
      context = document.createElement('canvas').getContext('webgl2') as WebGL2RenderingContext;
      Object.assign(this, { context, canvas: context.canvas });
    }
  }
  const backend = await createGpujsBackend({ mode: 'webgl2', GPU: Watched });
  const b = createBuilder('double');
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  const executable = await backend.compile(b.build());
  const given = backend.upload(Float32Array.of(1, 2), [2]);
  const before = executable.run({ x: given }, [{}]).outputs[0].y;
  expect(await backend.read(before)).toEqual(Float32Array.of(2, 4));
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  const after = executable.run({ x: given }, [{}]).outputs[0].y;
  await expect(backend.read(after)).rejects.toMatchObject({
    code: 'VARDROP_BACKEND',
    message: expect.stringContaining('lost WebGL context'),
  });
  await backend.close();
});
