import { generatorFromKernels } from './generatorFromKernels.js';
import type { NoiseGenerator } from './noiseGenerator.js';
import type { NoiseKernels } from './noiseKernels.js';
import { wasmKernels } from './wasmKernels.js';

/**
 * A generator on WebAssembly SIMD, four Threefry counters per vector. Its 64 KB of memory are freed with the object; there is
 * nothing to dispose of.
 *
 * @returns undefined where the platform has no WebAssembly SIMD, or a content security policy forbids WebAssembly
 */
export function createWasmGenerator(): NoiseGenerator | undefined {
  let kernels: NoiseKernels;
  try {
    kernels = wasmKernels();
  } catch {
    return undefined;
  }
  return generatorFromKernels('wasm', kernels);
}
