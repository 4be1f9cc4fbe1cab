import type { Supports } from '@vardrop/core/backend';
import type { OnnxDevice } from './ort.js';

/**
 * Largest errors in units in the last place, rounded up from those observed (`ulps.test.ts` measures them); those of
 * sigmoid, softplus and tanh are a tenth above the largest at six million random arguments, which find more than sweeps
 * do.
 */
const ulps = {
  wasm: { exp: 1.2, log: 0.9, sigmoid: 2.6, softplus: 2.2, tanh: 7.4, cos: 0.6, erf: 1.4, sqrt: 0.5, div: 0.5 },
  // With room for other GPUs than the one observed: exp is off by the rounding of its argument, up to 64 units, and
  // WGSL allows errors of some units for a division, and for a root, which may be made of one.
  webgpu: { exp: 80, log: 12, sigmoid: 80, softplus: 80, tanh: 5, cos: 3, erf: 4, sqrt: 3, div: 2.5 },
  native: { exp: 1.2, log: 3.6, sigmoid: 2.6, softplus: 2.2, tanh: 5.9, cos: 1.8, erf: 1.1, sqrt: 0.5, div: 0.5 },
} as const;

/** Terms after which a float32 sum has lost three digits at the most: the runtime adds up a row or column in one go. */
const terms = 1024;

/**
 * Functions that the adapter writes itself, since that takes fewer passes over memory than core's chains, and is as
 * accurate.
 */
export const nativeFunctions = ['sigmoid', 'tanh', 'cos', 'erf'] as const;

/** Those on GPUs, where the runtime's cosine and error function have too large an absolute error. */
const gpuFunctions = ['sigmoid', 'tanh'] as const;

/** What ONNX Runtime can do on a device. */
export function supportsOf(device: OnnxDevice, elements?: number, turns?: number): Supports {
  return {
    noise: 'host',
    precision: 'float32',
    functions: device === 'webgpu' ? gpuFunctions : nativeFunctions,
    nonFinite: device !== 'webgpu',
    subnormals: device !== 'webgpu',
    ulps: ulps[device],
    terms,
    ...(elements === undefined ? {} : { elements }),
    ...(turns === undefined ? {} : { turns }),
  };
}
