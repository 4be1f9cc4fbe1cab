import type { Stored } from '../memory/stored.js';
import type { ValueId } from '../print/kernelSource.js';

/** Computes the kernels of a program, once a call. */
export interface Runner {
  /** Values that a run has to be given, in the order of its argument. */
  readonly inputs: readonly ValueId[];
  /** Values that it returns, in this order. */
  readonly results: readonly ValueId[];
  /** Results have one owner, the caller; arguments keep theirs, and need one until the promise has settled. */
  run(inputs: readonly Stored[]): Promise<readonly Stored[]>;
  /** Frees the kernels, after runs under way. Results live on. */
  dispose(): Promise<void>;
}

/** A runner with arguments and results on the host. */
export interface HostRunner {
  readonly inputs: readonly ValueId[];
  readonly results: readonly ValueId[];
  /** Arguments are not written to, and not read after the promise has settled. */
  run(inputs: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  dispose(): Promise<void>;
}
