import type { ValueId } from '../print/kernelSource.js';

/** Computes the kernels of a program, once a call. */
export interface Runner {
  /** Values that a run has to be given, in the order of its argument. */
  readonly inputs: readonly ValueId[];
  /** Values that it returns, in this order. */
  readonly results: readonly ValueId[];
  /** Arguments are not written to, nor read after the promise has settled. */
  run(inputs: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  /** Frees the kernels, after runs under way. */
  dispose(): Promise<void>;
}
