import { type Backend, createBuilder } from '@vardrop/core';
import { afterEach, expect, it, vi } from 'vitest';
import { createGpujsBackend } from '../src/index.js';

interface Device {
  destroy(): void;
}

interface Adapter {
  requestDevice(descriptor?: unknown): Promise<Device>;
}

interface WithWebgpu {
  readonly gpu: { requestAdapter(options?: unknown): Promise<Adapter> };
}

afterEach(() => vi.restoreAllMocks());

/** Calls back with each device that is given out from now on. */
function watchDevices(seen: (device: Device) => void): void {
  const { gpu } = navigator as unknown as WithWebgpu;
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  vi.spyOn(gpu, 'requestAdapter').mockImplementation(async (options) => {
    const adapter = await requestAdapter(options);
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      seen(device);
      return device;
    };
    return adapter;
  });
}

async function double(backend: Backend) {
  const b = createBuilder('double');
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  const executable = await backend.compile(b.build());
  const given = backend.upload(Float32Array.of(1, 2), [2]);
  return () => backend.read(executable.run({ x: given }, [{}]).outputs[0].y);
}

it('says at read that the WebGPU device is lost, and another backend works', async () => {
  const devices: Device[] = [];
  watchDevices((device) => devices.push(device));
  const backend = await createGpujsBackend({ mode: 'webgpu' });
  const run = await double(backend);
  expect(await run()).toEqual(Float32Array.of(2, 4));
  const lost = { code: 'VARDROP_BACKEND', message: expect.stringContaining('lost WebGPU device') };
  const pending = expect(run()).rejects.toMatchObject(lost);
  devices[0].destroy();
  await pending;
  await expect(run()).rejects.toMatchObject(lost);
  await backend.close();

  const other = await createGpujsBackend({ mode: 'webgpu' });
  expect(devices.length).toBe(2);
  expect(await (await double(other))()).toEqual(Float32Array.of(2, 4));
  await other.close();
});
