export { createOnnxBackend, type OnnxBackendOptions } from './createOnnxBackend.js';
export type { OnnxDevice, Ort } from './loadRuntime.js';
