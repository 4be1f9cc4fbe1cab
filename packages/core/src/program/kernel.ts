import type { BoundShape, NodeId, Program, Shape } from './program.js';

/** How much one kernel may touch: what the caller of `fuse` can run. */
export interface KernelLimits {
  /** Largest number of tensors that a kernel reads; at least 4, which is what `selectGreater` takes. */
  readonly inputs: number;
  /** Largest number of tensors that a kernel writes; at least 1. */
  readonly outputs: number;
}

/** What every kernel states. Numbers are indices into `FusedProgram.program.nodes`, ascending, without repeats. */
interface KernelBase {
  /** All nodes that the kernel evaluates, in an order that works: prologue, core and epilogue together. */
  readonly nodes: readonly NodeId[];
  /**
   * The tensors that it reads: inputs of the program, constants, and outputs of earlier kernels. A constant that is a
   * single number is not among them where only elementwise nodes use it: print the number in its place.
   */
  readonly inputs: readonly NodeId[];
  /** Those of its nodes that it writes, because a later kernel or an output of the program needs them. */
  readonly outputs: readonly NodeId[];
}

/**
 * One loop over the elements of `shape`. Every node of it has exactly this shape, and so has every output; inputs are
 * broadcast to it. Noise is a node like any other, with no operands and the element's index as its argument.
 */
export interface ElementwiseKernel<S extends Shape = BoundShape> extends KernelBase {
  readonly kind: 'elementwise';
  /** The iteration shape. */
  readonly shape: S;
  /** The nodes, all elementwise. */
  readonly epilogue: readonly NodeId[];
}

/**
 * `out… = epilogue(Σ, Σ, …)`: for each element of `shape` one loop that adds up all contractions, then the epilogue.
 *
 * The contractions are of one operation, with one window (convolutions), and of one length. Two or more of them have
 * operands at `shared.side` that are the same function of indices and differ in their values by elementwise functions
 * of the one tensor `shared.node` only (the prologue), so that it is loaded once per turn of the loop. With
 * `γ = aμ` and `δ = a²σ²` in it and sampling in the epilogue, this is local reparametrization as one kernel
 * (Kingma, Salimans & Welling 2015, eq. 6).
 *
 * Operand number `shared.side` of a contraction is `shared.node` itself or a node of `prologue`, to be evaluated at
 * the index at which `shared.node` is read. Every other operand of a contraction is one of `inputs`; the epilogue
 * computes none of them.
 */
export interface ContractionKernel<S extends Shape = BoundShape> extends KernelBase {
  readonly kind: 'contraction';
  /** The iteration shape: the shape of every contraction, of every epilogue node and of every output. */
  readonly shape: S;
  readonly contractions: readonly NodeId[];
  /** What all contractions read, where there are two or more: operand number, and the tensor behind it. */
  readonly shared?: { readonly side: 0 | 1; readonly node: NodeId };
  /**
   * Cheap elementwise nodes (no exp, log, division, …) between `shared.node` and the contractions, such as a². All
   * have the shape of `shared.node`. These are the only nodes that may be evaluated more than once: if anything but
   * such loops needs the value of one, that node is also in the epilogue of one kernel, possibly this one.
   */
  readonly prologue: readonly NodeId[];
  /** Elementwise nodes of the iteration shape, which read the contractions, each other, and inputs (broadcast). */
  readonly epilogue: readonly NodeId[];
}

/** A sum or maximum over axes of an elementwise expression. Its one output is the reduction. */
export interface ReductionKernel<S extends Shape = BoundShape> extends KernelBase {
  readonly kind: 'reduction';
  /** The iteration shape: that of the reduction's operand and of every prologue node; inputs are broadcast to it. */
  readonly shape: S;
  readonly reduction: NodeId;
  /** Elementwise nodes whose values nothing else needs. */
  readonly prologue: readonly NodeId[];
}

/** One `reshape` or `transpose` (movement), or one pooling or gradient of pooling (window), on tensors. */
export interface SingleKernel<S extends Shape = BoundShape> extends KernelBase {
  readonly kind: 'movement' | 'window';
  /** The shape of the node. */
  readonly shape: S;
  readonly node: NodeId;
}

/** A piece of a program that a backend runs as one loop nest, or one launch. */
export type Kernel<S extends Shape = BoundShape> =
  | ElementwiseKernel<S>
  | ContractionKernel<S>
  | ReductionKernel<S>
  | SingleKernel<S>;

/** What a kernel does. */
export type KernelKind = Kernel['kind'];

/**
 * A program cut into kernels, in an order in which each reads only what earlier ones wrote. Every node that an output
 * depends on is evaluated by exactly one kernel, but for inputs and constants (by none) and nodes of prologues of
 * contractions (see there). Outputs of the program may be inputs or constants; no kernel writes those.
 */
export interface FusedProgram<S extends Shape = BoundShape> {
  readonly program: Program<S>;
  readonly kernels: readonly Kernel<S>[];
}
