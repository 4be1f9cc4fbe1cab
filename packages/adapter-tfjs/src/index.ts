export { createTfjsBackend, type TfjsBackendOptions } from './createTfjsBackend.js';
export { type FromTfDatasetOptions, fromTfDataset, type TfDataset } from './fromTfDataset.js';
export { type ConvertedModel, type FromLayersModelOptions, fromLayersModel } from './layersModel/fromLayersModel.js';
export type { TfLayer, TfLayersModel, TfTensor } from './layersModel/tfLayer.js';
export type { ProfiledStep } from './run/steps.js';
export type { TfjsDevice, WasmPaths } from './start/loadDevice.js';
