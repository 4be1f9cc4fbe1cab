export type { GpujsTensor } from './backend.js';
export { createGpujsBackend, type GpujsBackendOptions } from './createGpujsBackend.js';
export type { GpuClass, GpujsMode } from './loadGpu.js';
