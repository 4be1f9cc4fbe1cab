import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

conformance({ name: 'onnx:wasm, 1 thread', create: () => createOnnxBackend({ device: 'wasm', threads: 1 }), runner });
