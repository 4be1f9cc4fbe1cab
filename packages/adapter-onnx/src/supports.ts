import type { Supports } from '@vardrop/core';
import type { OnnxDevice } from './loadRuntime.js';

/** Largest errors in units in the last place, rounded up from those observed (`ulps.test.ts` measures them). */
const ulps = {
  wasm: { exp: 1.2, log: 0.9, sigmoid: 2.6, softplus: 2.3, tanh: 6.1, sqrt: 0.5, div: 0.5 },
  webgpu: { exp: 1.2, log: 3.6, sigmoid: 2.6, softplus: 4.6, tanh: 4.6, sqrt: 0.5, div: 0.5 },
  native: { exp: 1.2, log: 3.6, sigmoid: 2.6, softplus: 4.6, tanh: 4.6, sqrt: 0.5, div: 0.5 },
} as const;

/** What ONNX Runtime can do on a device. */
export function supportsOf(device: OnnxDevice, elements?: number): Supports {
  return {
    noise: 'host',
    precision: 'float32',
    functions: [],
    nonFinite: true,
    subnormals: true,
    ulps: ulps[device],
    ...(elements === undefined ? {} : { elements }),
  };
}
