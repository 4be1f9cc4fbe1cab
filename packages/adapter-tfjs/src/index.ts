export { createTfjsBackend, type TfjsBackendOptions } from './createTfjsBackend.js';
export type { TfjsDevice } from './loadDevice.js';
