import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBackend } from '../src/training/createBackend.js';

afterEach(() => vi.restoreAllMocks());

describe('createBackend', () => {
  it.each(['tfjs:cpu', 'tfjs:wasm', 'onnx:wasm', 'onnx:native', 'gpujs:webasm', 'gpujs:cpu', 'reference'] as const)(
    'lets nothing of %s into the progress',
    async (name) => {
      const printed = (['log', 'info', 'warn', 'error'] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation(() => {}),
      );
      const backend = await createBackend(name);
      expect(await backend.read(backend.upload(Float32Array.of(1, 2), [2]))).toEqual(Float32Array.of(1, 2));
      for (const spy of printed) expect(spy).not.toHaveBeenCalled();
      await backend.close();
    },
  );
});
