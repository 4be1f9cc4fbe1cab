export { createOnnxBackend, type OnnxBackendOptions } from './createOnnxBackend.js';
export { type ExportKind, type ExportOptions, exportOnnx } from './exportOnnx.js';
export { exportProgram } from './exportProgram.js';
export type { OnnxDevice, Ort } from './loadRuntime.js';
