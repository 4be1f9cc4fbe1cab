import type { Supports } from '@vardrop/core/backend';
import { isCard } from '../gpujs/mode.js';
import type { Runtime } from './runtime.js';

/**
 * Largest errors on graphics cards. They include the 2.5 units that WGSL and GLSL allow for a division, and for a root,
 * which may be made of one, although not all cards need them.
 */
const onCards = {
  exp: 1.3,
  log: 4.1,
  sigmoid: 4.6,
  softplus: 6,
  tanh: 4.4,
  cos: 2.4,
  erf: 2,
  sqrt: 3,
  div: 2.5,
} as const;

/** Largest errors in units in the last place, rounded up from those observed (`checkUlps` measures them). */
const ulps = {
  webasm: { exp: 0.5, log: 0.5, sigmoid: 2.5, softplus: 2.1, tanh: 0.5, cos: 0.5, erf: 2, sqrt: 0.5, div: 0.5 },
  webgpu: onCards,
  webgl2: onCards,
  cpu: { exp: 0.5, log: 0.5, sigmoid: 0.5, softplus: 0.5, tanh: 0.5, cos: 0.5, erf: 2, sqrt: 0.5, div: 0.5 },
} as const;

/** Functions that JavaScript has, or that one expression in float64 computes accurately. */
const functions = {
  webasm: ['tanh', 'cos'],
  webgpu: [],
  webgl2: [],
  cpu: ['sigmoid', 'softplus', 'tanh', 'cos'],
} as const;

/** Largest number of elements of a tensor: gpu.js may compute an index in float32, which is exact up to here. */
export const largestTensor = 2 ** 24;

/** What gpu.js can do in a mode. */
export function supportsOf({ mode, noise, mostTurns }: Pick<Runtime, 'mode' | 'noise' | 'mostTurns'>): Supports {
  return {
    noise,
    precision: 'float32',
    functions: functions[mode],
    nonFinite: !isCard(mode),
    subnormals: !isCard(mode),
    ulps: ulps[mode],
    // Kernels add up pieces of 64 terms, and then the pieces one after the other.
    terms: 64 ** 2,
    elements: largestTensor,
    ...(isCard(mode) ? { turns: mostTurns } : {}),
  };
}
