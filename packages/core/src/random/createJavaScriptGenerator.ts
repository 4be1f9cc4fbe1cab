import { generatorFromKernels } from './generatorFromKernels.js';
import { javaScriptKernels } from './javaScriptKernels.js';
import type { NoiseGenerator } from './noiseGenerator.js';

/** A generator in plain JavaScript, for where WebAssembly SIMD is missing. Owns 64 KB; nothing to dispose. */
export function createJavaScriptGenerator(): NoiseGenerator {
  return generatorFromKernels('javascript', javaScriptKernels());
}
