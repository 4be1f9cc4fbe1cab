import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

runner.it('runs in an isolated page, with threads', () => {
  runner.expect(globalThis.crossOriginIsolated).toBe(true);
});

conformance({
  name: 'onnx:wasm in Chromium, 2 threads',
  create: () => createOnnxBackend({ device: 'wasm', threads: 2 }),
  runner,
});
