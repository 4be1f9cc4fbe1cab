import { generatorFromKernels } from './generatorFromKernels.js';
import { javaScriptKernels } from './javaScriptKernels.js';
import type { NoiseGenerator } from './noiseGenerator.js';

/** A generator in plain JavaScript, for where WebAssembly SIMD is missing. It owns 64 KB; there is nothing to dispose of. */
export function createJavaScriptGenerator(): NoiseGenerator {
  return generatorFromKernels('javascript', javaScriptKernels());
}
