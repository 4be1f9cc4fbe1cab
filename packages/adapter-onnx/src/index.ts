export { createOnnxBackend } from './createOnnxBackend.js';
export { describeOnnx, type OnnxDescription, type OnnxValue } from './export/describeOnnx.js';
export type { KeySource } from './export/emitModel.js';
export { type ExportKind, type ExportOptions, exportKinds, exportOnnx } from './export/exportOnnx.js';
export { type ExportProgramOptions, exportProgram } from './export/exportProgram.js';
export type { Opset } from './model/graph.js';
export type { OnnxBackendOptions } from './onnxBackendOptions.js';
export type { OnnxDevice, Ort } from './ort.js';
