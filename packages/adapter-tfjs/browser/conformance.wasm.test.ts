import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { wasmPaths } from './wasmPaths.js';

// The page is isolated, so that tfjs takes its multi-threaded build.
runner.it('runs in an isolated page, with threads', () => {
  runner.expect(globalThis.crossOriginIsolated).toBe(true);
});

conformance({
  name: 'tfjs:wasm in Chromium',
  create: () => createTfjsBackend({ device: 'wasm', wasmPaths }),
  runner,
});
