import { expect, it, vi } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

vi.mock('@tensorflow/tfjs-backend-wasm', () => {
  throw new Error('Cannot find package');
});

it('says which package to install', async () => {
  await expect(createTfjsBackend({ device: 'wasm' })).rejects.toMatchObject({
    code: 'VARDROP_MISSING_PEER',
    message: expect.stringContaining('npm install @tensorflow/tfjs-backend-wasm'),
  });
});
