import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

conformance({ name: 'onnx:wasm, 2 threads', create: () => createOnnxBackend({ device: 'wasm', threads: 2 }), runner });
