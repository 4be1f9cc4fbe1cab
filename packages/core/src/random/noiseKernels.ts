/** Numbers that a kernel makes at a time: 32 KB, so that its passes find them in the first-level cache. */
export const chunk = 8192;

/** What a generator is made of: passes in place over the first `count` numbers, at most `chunk`, of one buffer. */
export interface NoiseKernels {
  /** `chunk` words. */
  readonly words: Uint32Array;
  /** The same memory as float32. */
  readonly floats: Float32Array;
  /** Puts `x0 ^ x1` of the Threefry blocks `[high, low + i]` into `words`. The low word must not wrap. */
  readonly bits: (k0: number, k1: number, high: number, low: number, count: number) => void;
  /** Turns words into uniform numbers. */
  readonly uniformFromBits: (count: number) => void;
  /** Turns words into normal numbers. */
  readonly normalFromBits: (count: number) => void;
}
