import * as tf from '@tensorflow/tfjs';
import { trainSmallNetwork } from '@vardrop/conformance';
import { expect, it, vi } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

/** Everything that compiles a program, and blocks the page until it is compiled. */
const compilers = {
  webgl: () => (tf.findBackend('webgl') as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu.gl,
  webgpu: () => (tf.findBackend('webgpu') as unknown as { device: GPUDevice }).device,
} as const;
const method = { webgl: 'linkProgram', webgpu: 'createComputePipeline' } as const;

it.each(['webgl', 'webgpu'] as const)('steps on %s compile nothing: all was compiled ahead', async (device) => {
  const backend = await createTfjsBackend({ tf, device });
  const counted = { compiled: 0, steps: 0 };
  const on = compilers[device]() as unknown as Record<string, (...given: unknown[]) => unknown>;
  const original = on[method[device]];
  const spy = vi.fn((...given: unknown[]) => {
    counted.compiled++;
    return original.apply(on, given);
  });
  on[method[device]] = spy;
  let before = 0;
  const noting = {
    ...backend,
    async compile(program: Parameters<typeof backend.compile>[0]) {
      const executable = await backend.compile(program);
      before = counted.compiled;
      return executable;
    },
  };
  const { step, trainer } = trainSmallNetwork(noting, 'convolutional');
  for (let i = 0; i < 3; i++) expect(await step()).toBeGreaterThan(0);
  expect(counted.compiled).toBe(before);
  // On WebGPU pipelines are compiled by another method altogether.
  expect(before > 0).toBe(device === 'webgl');
  on[method[device]] = original;
  trainer.dispose();
  await backend.close();
});

it.each(['webgl', 'webgpu'] as const)('compilation on %s leaves no tensors, and tfjs as it was', async (device) => {
  const backend = await createTfjsBackend({ tf, device });
  const held = () => tf.findBackend(device).numDataIds();
  const before = held();
  const { step, trainer } = trainSmallNetwork(backend, 'convolutional');
  await step();
  trainer.dispose();
  expect(held()).toBe(before);
  expect(tf.env().getBool('ENGINE_COMPILE_ONLY')).toBe(false);
  expect(tf.env().getBool('WEBGPU_ENGINE_COMPILE_ONLY')).toBe(false);
  await backend.close();
});
