import type { FunctionWriter } from './wasmWriter.js';

/**
 * A generated function, and the tensors that it writes. Its parameters are the addresses of its operands, then of those,
 * then of its scratch memory if it has any.
 */
export interface Kernel {
  readonly code: FunctionWriter;
  readonly results: readonly {
    readonly shape: readonly number[];
    /** What the function expects to find in every element. */
    readonly initial?: number;
  }[];
  /** Elements of memory that it needs while it runs. */
  readonly scratch?: number;
}
