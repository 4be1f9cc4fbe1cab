import { checkOffset } from './checkOffset.js';
import type { Key } from './key.js';
import type { NoiseGenerator } from './noiseGenerator.js';
import { chunk, type NoiseKernels } from './noiseKernels.js';

/** Below this many numbers a copying loop is cheaper than the view that `set` needs. */
const smallCopy = 64;

/** A generator that makes noise chunk by chunk with `kernels` and copies it out. It takes ownership of `kernels`. */
export function generatorFromKernels(name: NoiseGenerator['name'], kernels: NoiseKernels): NoiseGenerator {
  const { words, floats, blocks } = kernels;

  function fill<T extends Uint32Array | Float32Array>(
    who: string,
    key: Key,
    out: T,
    offset: number,
    made: T,
    finish: (count: number) => void,
  ): void {
    checkOffset(who, offset, out.length);
    for (let start = 0; start < out.length; ) {
      const high = Math.floor((offset + start) / 2 ** 32);
      const low = (offset + start) % 2 ** 32;
      // A kernel counts in the low word only, so no chunk crosses a multiple of 2^32.
      const count = Math.min(chunk, out.length - start, 2 ** 32 - low);
      blocks(key[0], key[1], high, low, count);
      finish(count);
      if (count === chunk) out.set(made, start);
      else if (count > smallCopy) out.set(made.subarray(0, count), start);
      else for (let i = 0; i < count; i++) out[start + i] = made[i];
      start += count;
    }
  }

  return {
    name,
    bits: (key, out, offset = 0) => fill('bits', key, out, offset, words, kernels.bits),
    uniform: (key, out, offset = 0) => fill('uniform', key, out, offset, floats, kernels.uniform),
    normal: (key, out, offset = 0) => fill('normal', key, out, offset, floats, kernels.normal),
  };
}
