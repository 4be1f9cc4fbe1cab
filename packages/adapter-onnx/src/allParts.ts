import type { Parts } from './parts.js';

/** What `@vardrop/adapter-onnx` can load: all devices. */
export const allParts: Parts = {
  defaultDevice: 'wasm',
  runtimes: { wasm: () => import('onnxruntime-web/wasm'), webgpu: () => import('onnxruntime-web/webgpu') },
  openWorker: () => new Worker(new URL('./thread.js', import.meta.url), { type: 'module' }),
  threadFile: () => new URL('./thread.js', import.meta.url),
};
