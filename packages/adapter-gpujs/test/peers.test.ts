import { expect, it, vi } from 'vitest';
import { createGpujsBackend } from '../src/index.js';

vi.mock('gpu.js', () => {
  throw new Error('Cannot find package');
});

it('says which package is missing', async () => {
  await expect(createGpujsBackend({ mode: 'webasm' })).rejects.toMatchObject({
    code: 'VARDROP_MISSING_PEER',
    message: expect.stringContaining('npm install gpu.js'),
  });
});
