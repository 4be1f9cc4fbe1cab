import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

conformance({
  name: 'onnx:native, 2 threads',
  create: () => createOnnxBackend({ device: 'native', threads: 2 }),
  runner,
});
