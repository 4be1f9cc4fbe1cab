import { expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

it('names what is wrong with the paths of the .wasm files', async () => {
  const wasmPaths = { 'tfjs-backend-wasm.wasm': '/a.wasm' } as never;
  await expect(createTfjsBackend({ device: 'wasm', wasmPaths })).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: expect.stringMatching(
      /^\[tfjs:wasm\] wasmPaths: got paths that tfjs refuses .*-simd\.wasm.* Name them all\.$/,
    ),
  });
});

it('says that paths come too late after a start that failed', async () => {
  const folder = { device: 'wasm', wasmPaths: '/nothing/is/here/' } as const;
  await expect(createTfjsBackend(folder)).rejects.toMatchObject({ code: 'VARDROP_BACKEND' });
  await expect(createTfjsBackend(folder)).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: expect.stringContaining('Load the page again.'),
  });
});
