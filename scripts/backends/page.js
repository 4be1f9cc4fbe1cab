import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { runOne } from './runOne.js';

const tfjs = async (device) => (await import('@vardrop/adapter-tfjs')).createTfjsBackend({ device, wasmPaths });
const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd,
};

/** The backends that a page can have. */
const factories = {
  'tfjs:wasm': () => tfjs('wasm'),
  'tfjs:webgl': () => tfjs('webgl'),
  'tfjs:webgpu': () => tfjs('webgpu'),
  'gpujs:webasm': async () => (await import('@vardrop/adapter-gpujs')).createGpujsBackend({ mode: 'webasm' }),
  'gpujs:webgl2': async () => (await import('@vardrop/adapter-gpujs')).createGpujsBackend({ mode: 'webgl2' }),
};

window.runOne = (name, effort) => runOne(name, factories[name], effort);
window.backends = Object.keys(factories);
