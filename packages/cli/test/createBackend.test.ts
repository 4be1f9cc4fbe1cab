import { boundProgram, createBuilder } from '@vardrop/core/program';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBackend } from '../src/backends/createBackend.js';

afterEach(() => vi.restoreAllMocks());

describe('createBackend', () => {
  it.each([
    'wasm',
    'tfjs:cpu',
    'tfjs:wasm',
    'onnx:wasm',
    'onnx:native',
    'gpujs:webasm',
    'gpujs:cpu',
    'reference',
  ] as const)('lets nothing of %s into the progress', async (name) => {
    const printed = (['log', 'info', 'warn', 'error'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => {}),
    );
    const backend = await createBackend(name);
    expect(await backend.read(backend.upload(Float32Array.of(1, 2), [2]))).toEqual(Float32Array.of(1, 2));
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    await backend.close();
  });

  it.each(['wasm', 'onnx:wasm', 'onnx:native'] as const)(
    'keeps a run of %s off the thread of the progress',
    async (name) => {
      const backend = await createBackend(name);
      const size = 1024;
      const b = createBuilder('powers');
      const x = b.input('x', [size, size]);
      let power = x;
      for (let i = 0; i < 20; i++) power = b.matmul(power, x);
      b.output('sum', b.reduceSum(power));
      const executable = await backend.compile(boundProgram(b.build()));
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const given = backend.upload(new Float32Array(size * size).fill(1 / size), [size, size]);
      expect(await backend.read(executable.run({ x: given }, [{}]).outputs[0].sum)).toEqual(Float32Array.of(size));
      clearInterval(timer);
      // One call of the runtime: a thread that it blocks hears of no timer meanwhile.
      expect(ticks).toBeGreaterThan(10);
      await backend.close();
    },
  );

  it('has onnx:webgpu where there is a GPU, and says so where there is none', async () => {
    const attempt = createBackend('onnx:webgpu').then(
      async (backend) => {
        expect(await backend.read(backend.upload(Float32Array.of(1, 2), [2]))).toEqual(Float32Array.of(1, 2));
        await backend.close();
        return backend.name;
      },
      ({ code }) => code,
    );
    expect(['onnx:webgpu', 'VARDROP_UNKNOWN_DEVICE']).toContain(await attempt);
  });
});
