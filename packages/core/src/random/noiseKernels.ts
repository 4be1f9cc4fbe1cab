/** Numbers that a kernel makes at a time; `assembly/layout.ts` says the same. */
export const chunk = 2048;

/** The kernels of a generator: they write at most `chunk` Threefry blocks to a buffer, and turn them into noise in place. */
export interface NoiseKernels {
  /** `chunk` words, the result of `bits`. */
  readonly words: Uint32Array;
  /** The same memory as float32, the result of `uniform` and `normal`. */
  readonly floats: Float32Array;
  /** Encrypts the counters `[high, low + i]`, i from 0 to `count - 1`. The low word must not overflow. */
  readonly blocks: (k0: number, k1: number, high: number, low: number, count: number) => void;
  /** Turns `count` blocks into random words. */
  readonly bits: (count: number) => void;
  /** Turns `count` blocks into uniform numbers. */
  readonly uniform: (count: number) => void;
  /** Turns `count` blocks into normal numbers. */
  readonly normal: (count: number) => void;
}
