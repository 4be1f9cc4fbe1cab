import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createGpujsBackend } from '../src/index.js';

runner.it('runs in an isolated page, with threads', () => {
  runner.expect(globalThis.crossOriginIsolated).toBe(true);
});

conformance({
  name: 'gpujs:webasm in Chromium',
  create: () => createGpujsBackend({ mode: 'webasm' }),
  runner,
});
