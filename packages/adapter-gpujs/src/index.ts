export type { GpujsBackend, GpujsTensor } from './backend.js';
export { createGpujsBackend, type GpujsBackendOptions } from './createGpujsBackend.js';
export type { GpuClass } from './importGpu.js';
export type { GpujsMode } from './loadGpu.js';
export type { GpujsTraffic } from './traffic.js';
