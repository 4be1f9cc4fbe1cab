import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createWasmBackend } from '../dist/index.js';

conformance({ name: 'wasm in Chromium, 2 threads', create: () => createWasmBackend({ threads: 2 }), runner });
