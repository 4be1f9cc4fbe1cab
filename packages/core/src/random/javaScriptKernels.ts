import { chunk, type NoiseKernels } from './noiseKernels.js';
import { normalFromBits } from './normalFromBits.js';
import { threefryBlocks } from './threefryBlocks.js';

/** The noise kernels in plain JavaScript. */
export function javaScriptKernels(): NoiseKernels {
  const words = new Uint32Array(chunk);
  const floats = new Float32Array(words.buffer);
  const second = new Uint32Array(chunk);
  return {
    words,
    floats,
    blocks(k0, k1, high, low, count) {
      threefryBlocks(k0, k1, high, low, words, second, count);
    },
    bits(count) {
      for (let i = 0; i < count; i++) words[i] ^= second[i];
    },
    uniform(count) {
      for (let i = 0; i < count; i++) floats[i] = ((words[i] ^ second[i]) >>> 9) * 2 ** -23;
    },
    normal(count) {
      for (let i = 0; i < count; i++) floats[i] = normalFromBits(words[i] ^ second[i]);
    },
  };
}
