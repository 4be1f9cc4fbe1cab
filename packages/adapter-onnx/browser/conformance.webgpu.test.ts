import { conformance, laws } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

// Without a GPU the moments of noisy layers take a quarter of the time of all laws. The model is that of onnx:wasm, on which
// this law runs; that its operations and its noise are right here too, the other laws say, at 65,536 samples among them.
conformance({
  name: 'onnx:webgpu in Chromium',
  create: () => createOnnxBackend({ device: 'webgpu' }),
  laws: laws.filter(({ id }) => id !== 'local-reparametrization'),
  runner,
});
