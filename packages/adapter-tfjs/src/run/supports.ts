import type { Supports } from '@vardrop/core/backend';
import type { Device } from '../device/device.js';
import { findHeap } from '../wasm/compileKernels.js';
import type { Settings } from './steps.js';

/**
 * Largest errors on graphics cards. They are the observed errors plus a margin for the 2.5 units that WGSL and GLSL
 * allow for a division. A root may contain a division, so it has the margin too. Not all cards need it.
 */
const onCards = { exp: 1.3, log: 1.3, sigmoid: 5, softplus: 6, tanh: 4, cos: 2.4, erf: 2, sqrt: 3, div: 2.5 } as const;

/**
 * Largest errors in units in the last place, rounded up from the errors observed over each function's whole range
 * (`ulps.test.ts` measures them). They cover JavaScript's float64 functions rounded once, tfjs's own wasm kernels, and
 * the generated loops. For functions that core expands, they are a tenth above the largest error of six million random
 * arguments, which find larger errors than sweeps do.
 */
const ulps = {
  cpu: { exp: 0.5, log: 0.5, sigmoid: 0.5, softplus: 1.8, tanh: 0.5, cos: 0.5, erf: 2, sqrt: 0.5, div: 0.5 },
  wasm: { exp: 0.6, log: 1, sigmoid: 2.6, softplus: 2.1, tanh: 2.6, cos: 2, erf: 2, sqrt: 0.5, div: 0.5 },
  webgl: onCards,
  webgpu: onCards,
  loops: { exp: 1.1, log: 1.1, sigmoid: 2.5, softplus: 2.1, tanh: 1.6, cos: 2, erf: 2, sqrt: 0.5, div: 0.5 },
} as const;

/** Number of terms at which a float32 sum has lost three digits at most. Many of tfjs's kernels add up in sequence. */
const terms = 1024;

/** The capabilities of a tfjs device. */
export function supportsOf(device: Device, { fuse }: Settings): Supports {
  const fused = fuse && findHeap(device) !== undefined;
  if (device.name === 'webgl' || device.name === 'webgpu') {
    return {
      noise: 'device',
      precision: 'float32',
      functions: [],
      nonFinite: false,
      subnormals: false,
      ulps: ulps[device.name],
      terms,
      elements: largestTensor(device),
      turns: device.turns,
    };
  }
  return {
    noise: 'host',
    precision: 'float32',
    functions: fused ? [] : device.name === 'cpu' ? ['sigmoid', 'softplus', 'tanh', 'cos'] : ['tanh'],
    nonFinite: true,
    subnormals: true,
    // On cpu sums are float64.
    ...(device.name === 'wasm' ? { terms } : {}),
    ulps: fused ? ulps.loops : device.name === 'cpu' ? ulps.cpu : ulps.wasm,
  };
}

/** Elements of the largest texture or buffer that the device supports. */
export function largestTensor({ name, host, tf }: Device): number {
  if (name === 'webgl') return tf.env().getNumber('WEBGL_MAX_TEXTURE_SIZE') ** 2;
  const { device } = host as unknown as {
    readonly device: { readonly limits: { maxStorageBufferBindingSize: number } };
  };
  return Math.floor(device.limits.maxStorageBufferBindingSize / 4);
}
