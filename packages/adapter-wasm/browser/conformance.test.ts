import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createWasmBackend } from '../dist/index.js';

// Node's tests are without relaxed SIMD.
conformance({
  name: 'wasm in Chromium, 2 threads, relaxed SIMD',
  create: () => createWasmBackend({ threads: 2, relaxedSimd: true }),
  runner,
});
