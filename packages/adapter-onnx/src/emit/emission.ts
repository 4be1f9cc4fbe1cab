import type { Shape } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';

/** Where a node of a program is written to, and under which name. */
export interface Emission {
  readonly graph: GraphBuilder;
  readonly operands: readonly ValueName[];
  readonly shapes: { readonly out: Shape; readonly operands: readonly Shape[] };
  /** For each operand: its number, if it is a constant of one number. */
  readonly constants?: readonly (number | undefined)[];
  /** For each operand: the value that it is the square of, if it is a square. */
  readonly roots?: readonly (ValueName | undefined)[];
  /** Name of the result; intermediate values are called `name/…`. */
  readonly name: string;
  /** Length of the symbolic axis, a list of one int64; only called if a shape has that axis. */
  readonly batchLength: () => ValueName;
  readonly style?: EmissionStyle;
}

/** Choices between ways of writing the same computation, by what the runtime does fast. */
export interface EmissionStyle {
  /** Whether a transposed left matrix is transposed before its product rather than in it. */
  readonly transposeLeft?: boolean;
  /** Whether the graph is for the runtime's kernels on GPUs, some of which are less exact than those on processors. */
  readonly onGpu?: boolean;
  /** Most images of one convolution; more are shared among several. Any number where left out. */
  readonly mostImages?: number;
  /** Whether ScatterND adds rows up in their order, as it does on one thread; several threads race. */
  readonly scattersInOrder?: boolean;
  /** Whether a sum over the rows of a matrix is a product with a row of ones. */
  readonly sumsAsProducts?: boolean;
}
