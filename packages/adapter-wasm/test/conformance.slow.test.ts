import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createWasmBackend } from '../dist/index.js';

for (const threads of [1, 4]) {
  conformance({ name: `wasm, ${threads} threads`, create: () => createWasmBackend({ threads }), runner });
}
