import { expect, it } from 'vitest';
import { createGpujsBackend } from '../src/index.js';
import { checkNoise } from './checkNoise.js';

checkNoise('webasm');

it('refuses noise that a mode cannot make', async () => {
  await expect(createGpujsBackend({ mode: 'cpu', noise: 'device' })).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: '[gpujs:cpu] noise: got "device", needs "host". Leave it out for the faster one.',
  });
});
