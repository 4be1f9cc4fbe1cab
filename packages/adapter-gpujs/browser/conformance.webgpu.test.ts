import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createGpujsBackend } from '../src/index.js';

conformance({
  name: 'gpujs:webgpu in Chromium',
  create: () => createGpujsBackend({ mode: 'webgpu' }),
  runner,
});
