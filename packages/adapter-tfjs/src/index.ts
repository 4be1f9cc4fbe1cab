export { createTfjsBackend, type TfjsBackendOptions } from './createTfjsBackend.js';
export { type FromTfDatasetOptions, fromTfDataset, type TfDataset } from './fromTfDataset.js';
export type { ProfiledStep } from './run/steps.js';
export type { TfjsDevice, WasmPaths } from './start/loadDevice.js';
