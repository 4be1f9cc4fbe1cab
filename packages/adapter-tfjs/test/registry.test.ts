import * as tf from '@tensorflow/tfjs';
import type { Backend } from '@vardrop/core';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

const hosts = () => tf.engine().registry;

/** Doubles [1, 2] on a backend: a new program each time. */
async function double(backend: Backend): Promise<readonly number[]> {
  const b = createBuilder('double');
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  const executable = await backend.compile(boundProgram(b.build()));
  const given = backend.upload(Float32Array.of(1, 2), [2]);
  const { y } = executable.run({ x: given }, [{}]).outputs[0];
  const values = await backend.read(y);
  for (const tensor of [given, y]) backend.dispose(tensor);
  executable.dispose();
  return [...values];
}

// In this order: tfjs has one registry a process, and the app has chosen nothing yet.
describe('an app that has chosen no tfjs backend', () => {
  it('gets the one that it would have got, while another starts and afterwards', async () => {
    const flag = 'WASM_HAS_MULTITHREAD_SUPPORT';
    const events = ['uncaughtException', 'unhandledRejection'] as string[] as 'exit'[];
    const uncaught = () => events.map((event) => process.listeners(event));
    const before = uncaught();
    const starting = createTfjsBackend({ tf, device: 'wasm' });
    expect([...tf.tensor1d([1, 2]).square().dataSync()]).toEqual([1, 4]);
    const backend = await starting;
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.env().getFlags()).not.toHaveProperty(flag);
    expect(uncaught()).toEqual(before);
    expect(await double(backend)).toEqual([2, 4]);
    await backend.close();
  });

  it('may choose the same one later, which is one and the same', async () => {
    const backend = await createTfjsBackend({ tf, device: 'wasm' });
    const { wasm } = hosts();
    // As tfjs does where an app asks for the best: it makes the backend of each name anew.
    expect(await tf.engine().registryFactory.wasm.factory()).toBe(wasm);
    await tf.setBackend('wasm');
    expect(hosts().wasm).toBe(wasm);
    expect([...tf.tensor1d([1, 2]).square().dataSync()]).toEqual([1, 4]);
    expect(await double(backend)).toEqual([2, 4]);
    await backend.close();
    expect([...tf.tensor1d([1, 2]).square().dataSync()]).toEqual([1, 4]);
  });
});

describe.each(['wasm', 'cpu'] as const)('an app that removes %s', (device) => {
  const gone = { code: 'VARDROP_DEVICE_LOST', message: expect.stringContaining('removed from tfjs') };
  const attempt = async (work: () => unknown) => work();
  const ways = [
    ['by name', async () => tf.removeBackend(device)],
    ['with all others', async () => tf.engine().reset()],
  ] as const;
  it.each(ways)('%s, is told so by all that would use it, and gets another', async (_, remove) => {
    const backend = await createTfjsBackend({ tf, device });
    const b = createBuilder('sum');
    const x = b.input('x', [2]);
    b.output('y', b.add(x, x));
    b.output('z', b.mul(x, 0.5));
    const program = b.build();
    const executable = await backend.compile(boundProgram(program));
    const tensor = backend.upload(Float32Array.of(1, 2), [2]);
    const native = backend.upload(Float32Array.of(1, 2), [2]);
    const loose = tf.tensor1d([1]);
    await backend.native(native);
    expect(await double(backend)).toEqual([2, 4]);
    await remove();

    await expect(attempt(() => backend.upload(Float32Array.of(1), [1]))).rejects.toMatchObject(gone);
    await expect(attempt(() => backend.read(tensor))).rejects.toMatchObject(gone);
    await expect(attempt(() => backend.native(tensor))).rejects.toMatchObject(gone);
    await expect(attempt(() => backend.wrap(loose))).rejects.toMatchObject(gone);
    await expect(attempt(() => backend.compile(boundProgram(program)))).rejects.toMatchObject(gone);
    await expect(attempt(() => executable.run({ x: tensor }, [{}]))).rejects.toMatchObject(gone);
    executable.dispose();
    backend.dispose(tensor);
    expect(backend.liveTensors()).toBe(1);
    await backend.close();
    expect(backend.liveTensors()).toBe(0);

    const other = await createTfjsBackend({ tf, device });
    expect(await double(other)).toEqual([2, 4]);
    await other.close();
  });
});
