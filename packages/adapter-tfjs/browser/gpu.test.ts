import * as tf from '@tensorflow/tfjs';
import { createBuilder, createReferenceBackend } from '@vardrop/core';
import { describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { trainer } from './train.js';

interface Host {
  numDataIds(): number;
  memory(): { readonly numBytesInGPU: number };
}

describe.each(['webgl', 'webgpu'] as const)('the backend on %s', (device) => {
  it('is named after the device and leaves the active backend alone', async () => {
    await tf.setBackend('cpu');
    const backend = await createTfjsBackend({ tf, device });
    expect(backend.name).toBe(`tfjs:${device}`);
    expect(tf.getBackend()).toBe('cpu');
    await backend.close();
  });

  it('trains as the reference does, and holds at step 50 what it held at step 5', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const host = tf.findBackend(device) as unknown as Host;
    const reference = createReferenceBackend();
    const [own, exact] = [trainer(backend), trainer(reference)];
    const losses: number[] = [];
    const held: object[] = [];
    for (let step = 1; step <= 50; step++) {
      losses.push(await own.step());
      if (step === 5 || step === 50) {
        held.push({
          live: backend.liveTensors(),
          tensors: tf.memory().numTensors,
          buffers: host.numDataIds(),
          bytes: host.memory().numBytesInGPU,
        });
      }
    }
    expect(held[1]).toEqual(held[0]);
    // One step from the same state and noise: a few roundings of numbers near the loss.
    const first = await exact.step();
    expect(Math.abs(losses[0] - first)).toBeLessThan(1e-4 * Math.abs(first));
    expect(losses[49]).toBeLessThan(losses[0]);
    own.dispose();
    exact.dispose();
    expect(backend.liveTensors()).toBe(0);
    await backend.close();
    await reference.close();
  });

  it('gives and takes tf tensors', async () => {
    const backend = await createTfjsBackend({ tf, device });
    await tf.setBackend(device);
    const own = backend.upload(Float32Array.of(1, 2, 3), [3]);
    const native = await backend.native(own);
    expect(await tf.add(native, 1).data()).toEqual(Float32Array.of(2, 3, 4));
    backend.dispose(own);
    expect(native.isDisposed).toBe(true);
    const wrapped = backend.wrap(tf.tensor([4, 5]));
    expect(await backend.read(wrapped)).toEqual(Float32Array.of(4, 5));
    backend.dispose(wrapped);
    await backend.close();
  });

  it('refuses iterations without keys and tensors of too many axes', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const noise = createBuilder('noise');
    noise.output('y', noise.noise('normal', 'zeta', [3]));
    const executable = await backend.compile(noise.build());
    expect(() => executable.run({}, [{}])).toThrow(
      expect.objectContaining({ code: 'VARDROP_INPUT', message: expect.stringContaining('zeta') }),
    );
    const wide = createBuilder('wide');
    wide.output('y', wide.neg(wide.input('x', [1, 2, 1, 2, 1, 2, 1])));
    await expect(backend.compile(wide.build())).rejects.toMatchObject({ code: 'VARDROP_LIMITS' });
    await backend.close();
  });
});
