import type { Shape } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';

/** Where a node of a program is written to, and under which name. */
export interface Emission {
  readonly graph: GraphBuilder;
  readonly operands: readonly ValueName[];
  readonly shapes: { readonly out: Shape; readonly operands: readonly Shape[] };
  /** The number that an operand is everywhere, if it is a constant. */
  readonly constants?: readonly (number | undefined)[];
  /** Of an operand that is a square: what it is the square of. */
  readonly roots?: readonly (ValueName | undefined)[];
  /** Name of the result; values on the way to it are called `name/…`. */
  readonly name: string;
  /** Length of the symbolic axis, a list of one int64; only called where a shape names it. */
  readonly batchLength: () => ValueName;
  readonly style?: EmissionStyle;
}

/** Choices between ways of writing the same, by what the runtime is fast at. */
export interface EmissionStyle {
  /** Whether a transposed left matrix is transposed before its product rather than in it. */
  readonly transposeLeft?: boolean;
  /** Whether the graph is for the runtime's kernels on GPUs, some of which are off where others are not. */
  readonly onGpu?: boolean;
  /** Images that one convolution takes; more are given to several. Any number where left out. */
  readonly mostImages?: number;
  /** Whether ScatterND adds rows up in their order, as it does on one thread; several threads race. */
  readonly scattersInOrder?: boolean;
  /** Whether a sum over the rows of a matrix is a product with a row of ones. */
  readonly sumsAsProducts?: boolean;
}
