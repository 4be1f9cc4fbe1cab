import { createJavaScriptGenerator } from './createJavaScriptGenerator.js';
import { createWasmGenerator } from './createWasmGenerator.js';
import type { NoiseGenerator } from './noiseGenerator.js';

let generator: NoiseGenerator | undefined;

/** The fastest generator that runs here: WebAssembly SIMD, else plain JavaScript. Made once, then shared. */
export function hostGenerator(): NoiseGenerator {
  generator ??= createWasmGenerator() ?? createJavaScriptGenerator();
  return generator;
}
