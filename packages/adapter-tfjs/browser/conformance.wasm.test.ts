import * as tf from '@tensorflow/tfjs';
import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { wasmPaths } from './wasmPaths.js';

// The page is isolated, so that tfjs by itself would take its build for several threads, in whose memory loops cannot run.
runner.it('runs in an isolated page, on the build for one thread', async () => {
  runner.expect(globalThis.crossOriginIsolated).toBe(true);
  await (await createTfjsBackend({ tf, device: 'wasm', wasmPaths })).close();
  runner.expect(tf.findBackend('wasm')).toMatchObject({ wasm: runner.expect.anything() });
  runner.expect((tf.findBackend('wasm') as unknown as { wasm: object }).wasm).not.toHaveProperty('PThread');
  runner.expect(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')).toBe(true);
});

conformance({
  name: 'tfjs:wasm in Chromium',
  create: () => createTfjsBackend({ device: 'wasm', wasmPaths }),
  runner,
});
