import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

conformance({
  name: 'onnx:webgpu in Chromium',
  create: () => createOnnxBackend({ device: 'webgpu' }),
  runner,
});
