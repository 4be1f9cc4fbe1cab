import { trainSmallNetwork } from '@vardrop/conformance';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import * as webgpu from 'onnxruntime-web/webgpu';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOnnxBackend } from '../src/index.js';
import { countGpuTraffic } from './gpuTraffic.js';

/** `GPUBufferUsage.STORAGE | COPY_SRC | COPY_DST` */
const usage = 0x80 | 0x4 | 0x8;

afterEach(() => vi.restoreAllMocks());

/** Compiles y = x + x. */
async function compileDouble(backend: Awaited<ReturnType<typeof createOnnxBackend>>) {
  const b = createBuilder('double');
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  const executable = await backend.compile(boundProgram(b.build()));
  return (x: ReturnType<typeof backend.upload>) => executable.run({ x }, [{}]).outputs[0].y;
}

async function requestDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  return (adapter as GPUAdapter).requestDevice();
}

describe('training on a GPU', () => {
  it('keeps all that is carried there, computes every node there, and does not grow', async () => {
    const steps = 10;
    const traffic = countGpuTraffic();
    // The runtime refuses a model of which it would compute a node elsewhere.
    const session = { extra: { session: { disable_cpu_ep_fallback: '1' } } };
    const backend = await createOnnxBackend({ device: 'webgpu', session });
    const { step, trainer } = trainSmallNetwork(backend, 'convolutional');
    for (let i = 0; i < 3; i++) await step();
    const before = traffic.now();
    const live = backend.liveTensors();
    for (let i = 0; i < steps; i++) await step();
    const after = traffic.now();
    expect(backend.liveTensors()).toBe(live);
    expect([after.buffers, after.bytes]).toEqual([before.buffers, before.bytes]);
    // Loss, data term and KL; nothing of the state.
    expect((after.read - before.read) / steps).toBe(3 * 4);
    trainer.dispose();
    expect(backend.liveTensors()).toBe(0);
    await backend.close();
    traffic.stop();
  }, 120_000);
});

describe('a lost GPU', () => {
  it('is said at read, and another backend works', async () => {
    const gpu = await requestDevice();
    const backend = await createOnnxBackend({ device: 'webgpu', gpu });
    const double = await compileDouble(backend);
    const x = backend.upload(Float32Array.of(1, 2), [2]);
    expect(await backend.read(double(x))).toEqual(Float32Array.of(2, 4));
    const lost = { code: 'VARDROP_DEVICE_LOST', message: expect.stringContaining('lost') };
    const pending = expect(backend.read(double(x))).rejects.toMatchObject(lost);
    gpu.destroy();
    await pending;
    await expect(backend.read(double(x))).rejects.toMatchObject(lost);
    await expect(backend.read(x)).rejects.toMatchObject(lost);
    await backend.close();
    expect(backend.liveTensors()).toBe(0);

    const other = await createOnnxBackend({ device: 'webgpu' });
    const y = (await compileDouble(other))(other.upload(Float32Array.of(3, 4), [2]));
    expect(await other.read(y)).toEqual(Float32Array.of(6, 8));
    await other.close();
  });
});

it("shares tensors of the app's own GPU", async () => {
  const gpu = await requestDevice();
  const backend = await createOnnxBackend({ device: 'webgpu', gpu });
  const double = await compileDouble(backend);
  const made = double(backend.upload(Float32Array.of(1, 2), [2]));
  const native = await backend.native(made);
  expect([native.location, native.dims]).toEqual(['gpu-buffer', [2]]);

  const buffer = gpu.createBuffer({ size: 16, usage });
  gpu.queue.writeBuffer(buffer, 0, Float32Array.of(5, 6));
  const dispose = vi.fn(() => buffer.destroy());
  const wrapped = backend.wrap(webgpu.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [2], dispose }));
  expect(await backend.read(double(wrapped))).toEqual(Float32Array.of(10, 12));
  expect(await backend.read(wrapped)).toEqual(Float32Array.of(5, 6));
  backend.dispose(wrapped);
  await vi.waitFor(() => expect(dispose).toHaveBeenCalledOnce());
  const fromHost = backend.wrap(new webgpu.Tensor('float32', Float32Array.of(7, 8), [2]));
  expect(await backend.read(double(fromHost))).toEqual(Float32Array.of(14, 16));
  // Several at once, of one tensor.
  expect(await Promise.all([backend.read(made), backend.read(made)])).toEqual([
    Float32Array.of(2, 4),
    Float32Array.of(2, 4),
  ]);
  await backend.close();
  expect(await Promise.race([gpu.lost, Promise.resolve('there')])).toBe('there');
  gpu.destroy();
});

it('trusts no result after an error on the GPU', async () => {
  const gpu = await requestDevice();
  const backend = await createOnnxBackend({ device: 'webgpu', gpu });
  const x = backend.upload(Float32Array.of(1, 2), [2]);
  expect(await backend.read(x)).toEqual(Float32Array.of(1, 2));
  // More than the GPU has, asked for by whomever.
  gpu.createBuffer({ size: gpu.limits.maxBufferSize + 4, usage });
  await gpu.queue.onSubmittedWorkDone();
  await expect(backend.read(x)).rejects.toMatchObject({ code: 'VARDROP_BACKEND' });
  await backend.close();
  gpu.destroy();
});

it('refuses a page without a GPU', async () => {
  const refused = { code: 'VARDROP_UNKNOWN_DEVICE', message: expect.stringContaining('Use the device wasm') };
  vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
  await expect(createOnnxBackend({ device: 'webgpu' })).rejects.toMatchObject(refused);
  vi.restoreAllMocks();
  vi.spyOn(navigator, 'gpu', 'get').mockReturnValue(undefined as unknown as GPU);
  await expect(createOnnxBackend({ device: 'webgpu' })).rejects.toMatchObject(refused);
});
