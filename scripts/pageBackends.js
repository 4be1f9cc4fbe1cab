import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

const tfjs = async (options) => (await import('@vardrop/adapter-tfjs')).createTfjsBackend(options);
const onnx = async (options) => (await import('@vardrop/adapter-onnx')).createOnnxBackend(options);
const gpujs = async (mode) => (await import('@vardrop/adapter-gpujs')).createGpujsBackend({ mode });
const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd,
};

/** The backends that a page can have, by name. */
export const pageBackends = {
  wasm: async () => (await import('@vardrop/adapter-wasm')).createWasmBackend(),
  'tfjs:wasm': () => tfjs({ device: 'wasm', wasmPaths }),
  'tfjs:webgl': () => tfjs({ device: 'webgl' }),
  'tfjs:webgpu': () => tfjs({ device: 'webgpu' }),
  'onnx:wasm': (options = {}) => onnx({ device: 'wasm', threads: 2, ...options }),
  'onnx:webgpu': (options = {}) => onnx({ device: 'webgpu', ...options }),
  'gpujs:webasm': () => gpujs('webasm'),
  'gpujs:webgl2': () => gpujs('webgl2'),
  'gpujs:webgpu': () => gpujs('webgpu'),
};
