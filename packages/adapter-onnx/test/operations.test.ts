import { describe } from 'vitest';
import { createOnnxBackend } from '../src/index.js';
import { checkOperations } from './checkOperations.js';

describe.each(['wasm', 'native'] as const)('operations on %s', (device) => {
  checkOperations(() => createOnnxBackend({ device, threads: device === 'native' ? 2 : 1 }), 40);
});
