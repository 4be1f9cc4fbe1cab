import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createTfjsBackend } from '../src/index.js';

conformance({
  name: 'tfjs:webgpu in Chromium',
  create: () => createTfjsBackend({ device: 'webgpu' }),
  runner,
});
