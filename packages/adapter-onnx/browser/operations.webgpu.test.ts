import { describe } from 'vitest';
import { createOnnxBackend } from '../src/index.js';
import { checkOperations } from '../test/checkOperations.js';

describe('operations on webgpu', () => {
  checkOperations(() => createOnnxBackend({ device: 'webgpu' }), 15);
});
