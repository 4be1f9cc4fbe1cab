export type { GpujsBackend, GpujsTensor } from './backend.js';
export { createGpujsBackend, type GpujsBackendOptions } from './createGpujsBackend.js';
export type { GpuClass } from './importGpu.js';
export type { GpujsMode } from './mode.js';
export type { GpujsTraffic } from './traffic.js';
