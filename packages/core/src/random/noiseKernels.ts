/** Numbers that a kernel makes at a time; `assembly/layout.ts` says the same. */
export const chunk = 2048;

/** What a generator is made of: Threefry blocks in a buffer, at most `chunk` of them, and ways to finish them in place. */
export interface NoiseKernels {
  /** `chunk` words: what `bits` leaves. */
  readonly words: Uint32Array;
  /** The same memory as float32: what `uniform` and `normal` leave. */
  readonly floats: Float32Array;
  /** Enciphers the counters `[high, low + i]`, i from 0 to `count - 1`. The low word must not wrap. */
  readonly blocks: (k0: number, k1: number, high: number, low: number, count: number) => void;
  /** Turns `count` blocks into random words. */
  readonly bits: (count: number) => void;
  /** Turns `count` blocks into uniform numbers. */
  readonly uniform: (count: number) => void;
  /** Turns `count` blocks into normal numbers. */
  readonly normal: (count: number) => void;
}
