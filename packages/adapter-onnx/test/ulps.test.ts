import { checkUlps } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

for (const name of ['wasm', 'native'] as const) {
  checkUlps({ name, create: () => createOnnxBackend({ device: name }), runner });
}
