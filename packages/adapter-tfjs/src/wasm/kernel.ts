import type { FunctionWriter } from './wasmWriter.js';

/**
 * A generated function, and the tensors that it writes. Its parameters are the addresses of its operands, then of its
 * results, then of its scratch memory if it has any.
 */
export interface Kernel {
  readonly code: FunctionWriter;
  readonly results: readonly {
    readonly shape: readonly number[];
    /** The value that the function needs in every element before it runs. */
    readonly initial?: number;
  }[];
  /** Number of elements of scratch memory that it needs. */
  readonly scratch?: number;
}
