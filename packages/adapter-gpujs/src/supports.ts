import type { Supports } from '@vardrop/core';
import type { GpujsMode } from './loadGpu.js';
import { kernelLimits } from './lowerProgram.js';

/** Largest errors in units in the last place, rounded up from those observed (`checkUlps.ts` measures them). */
const ulps = {
  webasm: { exp: 0.5, log: 0.5, sigmoid: 2.6, softplus: 2, tanh: 0.5, sqrt: 0.5, div: 0.5 },
  webgl2: { exp: 1.3, log: 2.1, sigmoid: 2.6, softplus: 4, tanh: 2.4, sqrt: 0.5, div: 0.5 },
  cpu: { exp: 0.5, log: 0.5, sigmoid: 0.5, softplus: 0.5, tanh: 0.5, sqrt: 0.5, div: 0.5 },
} as const;

/** Elements of one tensor up to which gpu.js, where it computes an index in float32, computes it exactly. */
export const largestTensor = 2 ** 24;

/** What gpu.js can do in a mode. */
export function supportsOf(mode: GpujsMode): Supports {
  return {
    noise: 'host',
    precision: 'float32',
    functions: [],
    nonFinite: mode !== 'webgl2',
    subnormals: mode !== 'webgl2',
    ulps: ulps[mode],
    kernel: kernelLimits[mode],
    elements: largestTensor,
  };
}
