import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createGpujsBackend } from '../src/index.js';

conformance({
  name: 'gpujs:webgl2 in Chromium',
  create: () => createGpujsBackend({ mode: 'webgl2' }),
  runner,
});
