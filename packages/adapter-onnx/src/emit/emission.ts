import type { Shape } from '@vardrop/core';
import type { GraphBuilder, ValueName } from '../model/graph.js';

/** Where a node of a program is written to, and under which name. */
export interface Emission {
  readonly graph: GraphBuilder;
  readonly operands: readonly ValueName[];
  readonly shapes: { readonly out: Shape; readonly operands: readonly Shape[] };
  /** Name of the result; values on the way to it are called `name/…`. */
  readonly name: string;
  /** Length of the symbolic axis, a list of one int64; only called where a shape names it. */
  readonly batchLength: () => ValueName;
  /** Whether a transposed left matrix is transposed before its product rather than in it. */
  readonly transposeLeft?: boolean;
  /** Whether the runtime's functions are off by absolute errors, so that nothing is left of results near 0. */
  readonly coarse?: boolean;
}
