import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createWasmBackend } from '../dist/index.js';

// From dist, as the threads load their program from there.
conformance({ name: 'wasm, 2 threads', create: () => createWasmBackend({ threads: 2 }), runner });
