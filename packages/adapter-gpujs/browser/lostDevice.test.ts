import type { Backend } from '@vardrop/core';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createGpujsBackend } from '../src/index.js';
import { checkResume } from './checkResume.js';

interface Device {
  destroy(): void;
  createBuffer(descriptor: object): unknown;
  readonly queue: { onSubmittedWorkDone(): Promise<void> };
}

interface Adapter {
  requestDevice(descriptor?: unknown): Promise<Device>;
}

interface WithWebgpu {
  readonly gpu: { requestAdapter(options?: unknown): Promise<Adapter> };
}

/** Devices given out; gpu.js keeps the last one for all backends. */
const devices: Device[] = [];

beforeAll(() => {
  const { gpu } = navigator as unknown as WithWebgpu;
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  vi.spyOn(gpu, 'requestAdapter').mockImplementation(async (options) => {
    const adapter = await requestAdapter(options);
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return adapter;
  });
});

afterAll(() => vi.restoreAllMocks());

async function double(backend: Backend) {
  const b = createBuilder('double');
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  const executable = await backend.compile(boundProgram(b.build()));
  const given = backend.upload(Float32Array.of(1, 2), [2]);
  return () => backend.read(executable.run({ x: given }, [{}]).outputs[0].y);
}

const lost = { code: 'VARDROP_DEVICE_LOST', message: expect.stringContaining('lost WebGPU device') };

it('says at read that the WebGPU device is lost, and another backend works', async () => {
  const backend = await createGpujsBackend({ mode: 'webgpu' });
  const run = await double(backend);
  expect(await run()).toEqual(Float32Array.of(2, 4));
  const pending = expect(run()).rejects.toMatchObject(lost);
  const [device] = devices.splice(0);
  device.destroy();
  await pending;
  await expect(run()).rejects.toMatchObject(lost);
  await backend.close();

  const other = await createGpujsBackend({ mode: 'webgpu' });
  expect(devices.length).toBe(1);
  expect(await (await double(other))()).toEqual(Float32Array.of(2, 4));
  await other.close();
});

it('says at read that WebGPU refused something, which gpu.js only logs', async () => {
  const backend = await createGpujsBackend({ mode: 'webgpu' });
  const run = await double(backend);
  expect(await run()).toEqual(Float32Array.of(2, 4));
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  // Neither usage nor size is allowed.
  devices[0].createBuffer({ size: 2 ** 50, usage: 0xffff });
  await devices[0].queue.onSubmittedWorkDone();
  expect(logged).toHaveBeenCalled();
  // What it was needed for may be zeros, now and later.
  for (let i = 0; i < 2; i++) {
    await expect(run()).rejects.toMatchObject({
      code: 'VARDROP_BACKEND',
      message: expect.stringMatching(/run double: got ".+" from WebGPU, needs runs without errors/),
    });
  }
  await backend.close();
  const other = await createGpujsBackend({ mode: 'webgpu' });
  expect(await (await double(other))()).toEqual(Float32Array.of(2, 4));
  await other.close();
});

checkResume(async () => {
  const backend = await createGpujsBackend({ mode: 'webgpu' });
  return { backend, lose: () => devices[devices.length - 1].destroy() };
}, lost);
