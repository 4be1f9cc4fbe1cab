import { boundProgram, createBuilder } from '@vardrop/core/program';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createGpujsBackend } from '../src/index.js';

/** Bytes of the buffers that are alive. */
let alive: Map<GPUBuffer, number>;
const bytes = () => [...alive.values()].reduce((total, size) => total + size, 0);

beforeEach(() => {
  alive = new Map();
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, descriptor) {
    const made = createBuffer.call(this, descriptor);
    alive.set(made, descriptor.size);
    return made;
  });
  vi.spyOn(GPUBuffer.prototype, 'destroy').mockImplementation(function (this: GPUBuffer) {
    alive.delete(this);
    return destroy.call(this);
  });
});
afterEach(() => vi.restoreAllMocks());

it('keeps no buffers of programs that are gone, of whatever sizes', async () => {
  const backend = await createGpujsBackend({ mode: 'webgpu' });
  const run = async (length: number) => {
    const b = createBuilder('twice');
    const x = b.input('x', [length]);
    b.output('y', b.add(x, x));
    const executable = await backend.compile(boundProgram(b.build()));
    const given = backend.upload(new Float32Array(length).fill(2), [length]);
    const { y } = executable.run({ x: given }, [{}]).outputs[0];
    expect((await backend.read(y))[length - 1]).toBe(4);
    for (const tensor of [y, given]) backend.dispose(tensor);
    executable.dispose();
    expect(backend.liveTensors()).toBe(0);
  };
  await run(100_000);
  await expect.poll(bytes).toBeLessThan(400_000);
  for (let length = 100_001; length < 100_006; length++) await run(length);
  await expect.poll(bytes).toBeLessThan(400_000);
  await backend.close();
});
