import type { Backend } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { OnnxBackendOptions } from './onnxBackendOptions.js';
import { openBackend } from './openBackend.js';
import type { Parts } from './parts.js';

export type { OnnxBackendOptions } from './onnxBackendOptions.js';

const parts: Parts = {
  defaultDevice: 'webgpu',
  runtimes: { webgpu: () => import('onnxruntime-web/webgpu') },
  openWorker: () => new Worker(new URL('./webgpuThread.js', import.meta.url), { type: 'module' }),
  threadFile: () => new URL('./webgpuThread.js', import.meta.url),
};

/**
 * `createOnnxBackend` for `webgpu` in pages: a bundle gets the files of this device only. Rejects with `VARDROP_UNKNOWN_DEVICE` for
 * another one, else as that function does.
 */
export async function createOnnxBackend(options: OnnxBackendOptions = {}): Promise<Backend<OrtTensor>> {
  return openBackend(parts, options);
}
