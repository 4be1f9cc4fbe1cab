import { createOnnxBackend } from '@vardrop/adapter-onnx';

/** ONNX Runtime on the GPU of this machine, for `vardrop conformance --backend ./benchmarks/src/onnx/webgpuBackend.js`. */
export const createWebgpuBackend = () => createOnnxBackend({ device: 'webgpu' });
