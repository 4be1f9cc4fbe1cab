export { createTfjsBackend, type TfjsBackendOptions } from './createTfjsBackend.js';
export type { TfjsDevice, WasmPaths } from './loadDevice.js';
export type { ProfiledStep } from './steps.js';
