import { describe, expect, it } from 'vitest';
import { chunk } from '../../src/random/noiseKernels.js';
import { normalFromBits } from '../../src/random/normalFromBits.js';
import { wasmKernels } from '../../src/random/wasmKernels.js';
import { exactNormal } from './exactNormal.js';

/** Only the upper 23 bits of a word count, so that all of them can be tried. */
const wordCount = 2 ** 23;

describe('normalFromBits', () => {
  it('is within 3.34 ulp of the definition in float64 for every word', () => {
    let worst = 0;
    for (let upper = 0; upper < wordCount; upper++) {
      const expected = exactNormal(upper << 9);
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(expected))) - 23);
      worst = Math.max(worst, Math.abs(normalFromBits(upper << 9) - expected) / unit);
    }
    expect(worst).toBeLessThanOrEqual(3.34);
  }, 60_000);

  it('is the same in WebAssembly and JavaScript, bit for bit, for every word', () => {
    const kernels = wasmKernels();
    // The kernel takes x0 ^ x1; the words of x1 lie behind those of x0.
    const second = new Uint32Array(kernels.words.buffer, kernels.words.byteLength, chunk);
    let different = 0;
    for (let start = 0; start < wordCount; start += chunk) {
      second.fill(0);
      for (let i = 0; i < chunk; i++) kernels.words[i] = (start + i) << 9;
      kernels.normal(chunk);
      for (let i = 0; i < chunk; i++) {
        if (!Object.is(kernels.floats[i], normalFromBits((start + i) << 9))) different += 1;
      }
    }
    expect(different).toBe(0);
  }, 60_000);

  it('is finite at both ends and takes no notice of the lower 9 bits', () => {
    expect(normalFromBits(0)).toBeCloseTo(-5.42, 4);
    expect(normalFromBits(0x1ff)).toBe(normalFromBits(0));
    expect(normalFromBits(0xffffffff)).toBe(normalFromBits(0xfffffe00));
    expect(normalFromBits(-1)).toBe(normalFromBits(0xffffffff));
    expect(normalFromBits(0xffffffff)).toBeLessThan(5.42);
  });
});
