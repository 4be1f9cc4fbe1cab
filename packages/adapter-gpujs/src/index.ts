export type { GpujsBackend, GpujsTensor } from './backend.js';
export { createGpujsBackend, type GpujsBackendOptions } from './createGpujsBackend.js';
export type { GpuClass } from './gpujs/importGpu.js';
export type { GpujsMode } from './gpujs/mode.js';
export type { GpujsTraffic } from './memory/traffic.js';
