import type { Supports } from '@vardrop/core/backend';
import type { OnnxDevice } from './ort.js';

/**
 * Largest errors in units in the last place, rounded up from those observed (`ulps.test.ts` measures them); sigmoid, softplus
 * and tanh are a tenth above the largest of six million random arguments, which see more than sweeps do.
 */
const ulps = {
  wasm: { exp: 1.2, log: 0.9, sigmoid: 2.6, softplus: 2.2, tanh: 7.4, cos: 0.6, erf: 1.4, sqrt: 0.5, div: 0.5 },
  // Room for other GPUs than the one observed: exp is off by its argument's rounding, up to 64 units, and WGSL lets a
  // division and a root, which may be made of one, be off by some.
  webgpu: { exp: 80, log: 12, sigmoid: 80, softplus: 80, tanh: 5, cos: 0.5, erf: 0.5, sqrt: 3, div: 2.5 },
  native: { exp: 1.2, log: 3.6, sigmoid: 2.6, softplus: 2.2, tanh: 5.9, cos: 1.8, erf: 1.1, sqrt: 0.5, div: 0.5 },
} as const;

/** Terms after which a float32 sum has lost three digits at the most: the runtime adds up a row or column in one go. */
const terms = 1024;

/** Functions that take fewer passes over memory as the adapter writes them than as core's chains, and are as accurate. */
export const nativeFunctions = ['sigmoid', 'tanh', 'cos', 'erf'] as const;

/** Those of GPUs, whose cosine and error function are off by an absolute error. */
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
    precisions: ['int8'],
    terms,
    ...(elements === undefined ? {} : { elements }),
    ...(turns === undefined ? {} : { turns }),
  };
}
