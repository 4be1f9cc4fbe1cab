import * as tf from '@tensorflow/tfjs';
import type { Backend } from '@vardrop/core';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

/** How a page loses what a device computes on. */
const lose = {
  webgl: () => {
    const { gpgpu } = tf.findBackend('webgl') as unknown as { readonly gpgpu: { readonly gl: WebGL2RenderingContext } };
    gpgpu.gl.getExtension('WEBGL_lose_context')?.loseContext();
  },
  webgpu: () => (tf.findBackend('webgpu') as unknown as { readonly device: { destroy(): void } }).device.destroy(),
};

async function double(backend: Backend) {
  const b = createBuilder('double');
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  const executable = await backend.compile(boundProgram(b.build()));
  const given = backend.upload(Float32Array.of(1, 2), [2]);
  return () => backend.read(executable.run({ x: given }, [{}]).outputs[0].y);
}

describe.each(['webgl', 'webgpu'] as const)('a lost %s device', (device) => {
  it('is what pending and later reads say, and another backend works', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const run = await double(backend);
    expect(await run()).toEqual(Float32Array.of(2, 4));
    const lost = { code: 'VARDROP_DEVICE_LOST', message: expect.stringContaining('lost Web') };
    const pending = expect(run()).rejects.toMatchObject(lost);
    lose[device]();
    await pending;
    await expect(run()).rejects.toMatchObject(lost);
    await backend.close();

    const other = await createTfjsBackend({ tf, device });
    expect(await (await double(other))()).toEqual(Float32Array.of(2, 4));
    await other.close();
  });
});

describe.each(['webgl', 'webgpu'] as const)('a %s device that the app removes', (device) => {
  it('is what pending and later reads say, and another backend works', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const run = await double(backend);
    const gone = { code: 'VARDROP_DEVICE_LOST', message: expect.stringContaining('removed from tfjs') };
    const pending = expect(run()).rejects.toMatchObject(gone);
    tf.removeBackend(device);
    await pending;
    await expect((async () => run())()).rejects.toMatchObject(gone);
    await backend.close();

    const other = await createTfjsBackend({ tf, device });
    expect(await (await double(other))()).toEqual(Float32Array.of(2, 4));
    await other.close();
  });
});

it('makes a device that the app did not choose not the choice of tfjs', async () => {
  const backend = await createTfjsBackend({ tf, device: 'webgpu' });
  expect([...tf.tensor1d([1, 2]).square().dataSync()]).toEqual([1, 4]);
  expect(tf.getBackend()).toBe('webgl');
  await backend.close();
});
