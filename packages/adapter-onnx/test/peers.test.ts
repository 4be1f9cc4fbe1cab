import { expect, it, vi } from 'vitest';
import { createOnnxBackend } from '../src/index.js';

vi.mock('onnxruntime-node', () => {
  throw new Error('Cannot find package');
});
vi.mock('onnxruntime-web', () => {
  throw new Error('Cannot find package');
});

it.each([
  ['wasm', 'onnxruntime-web'],
  ['native', 'onnxruntime-node'],
] as const)('says which package %s needs', async (device, name) => {
  await expect(createOnnxBackend({ device })).rejects.toMatchObject({
    code: 'VARDROP_MISSING_PEER',
    message: expect.stringContaining(`npm install ${name}`),
  });
});
