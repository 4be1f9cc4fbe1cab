import type { BoundShape, NodeId, Program, Shape } from './program.js';

/** How many tensors one kernel may read and write. The caller of `fuse` states what it can run. */
export interface KernelLimits {
  /** Largest number of tensors that a kernel reads; at least 4, because `selectGreater` takes 4. */
  readonly inputs: number;
  /** Largest number of tensors that a kernel writes; at least 1. */
  readonly outputs: number;
}

/**
 * What every kernel has. Numbers are indices into `FusedProgram.program.nodes`, in ascending order, without repeats.
 */
interface KernelBase {
  /** All nodes that the kernel evaluates (prologue, core and epilogue), in an order in which they can be evaluated. */
  readonly nodes: readonly NodeId[];
  /**
   * The tensors that the kernel reads: inputs of the program, constants, and outputs of earlier kernels. A constant
   * that is a single number is not in the list if only elementwise nodes use it: print the number in place.
   */
  readonly inputs: readonly NodeId[];
  /** Its nodes that it writes, because a later kernel or an output of the program needs them. */
  readonly outputs: readonly NodeId[];
}

/**
 * One loop over the elements of `shape`. Every node and every output has exactly this shape; inputs are broadcast to
 * it. Noise is a node like any other: it has no operands, and its argument is the element's index.
 */
export interface ElementwiseKernel<S extends Shape = BoundShape> extends KernelBase {
  readonly kind: 'elementwise';
  /** The iteration shape. */
  readonly shape: S;
  /** The nodes, all elementwise. */
  readonly epilogue: readonly NodeId[];
}

/**
 * `out… = epilogue(Σ, Σ, …)`: for each element of `shape`, one loop that adds up all contractions, then the epilogue.
 *
 * All contractions have the same operation, the same window (convolutions) and the same length. If there are two or
 * more, their operands at `shared.side` use the same function of indices. The values of these operands are elementwise
 * functions of one tensor, `shared.node`; these functions are the prologue. The tensor is therefore loaded once per
 * turn of the loop. With `γ = aμ` and `δ = a²σ²` in the loop and sampling in the epilogue, this is local
 * reparametrization as one kernel (Kingma, Salimans & Welling 2015, eq. 6).
 *
 * Operand number `shared.side` of a contraction is `shared.node` itself or a node of `prologue`. Evaluate it at the
 * index at which `shared.node` is read. Every other operand of a contraction is one of `inputs`; the epilogue never
 * computes it.
 */
export interface ContractionKernel<S extends Shape = BoundShape> extends KernelBase {
  readonly kind: 'contraction';
  /** The iteration shape: the shape of every contraction, of every epilogue node and of every output. */
  readonly shape: S;
  readonly contractions: readonly NodeId[];
  /**
   * The operand that two or more contractions share: operand number, and the tensor behind it. Absent for a single
   * contraction.
   */
  readonly shared?: { readonly side: 0 | 1; readonly node: NodeId };
  /**
   * Cheap elementwise nodes (no exp, log, division, …) between `shared.node` and the contractions, such as a². All have
   * the shape of `shared.node`. Only these nodes may be evaluated more than once. If anything other than such a loop
   * needs the value of one, that node is also in the epilogue of one kernel, possibly this one.
   */
  readonly prologue: readonly NodeId[];
  /** Elementwise nodes of the iteration shape. They read the contractions, each other, and inputs (broadcast). */
  readonly epilogue: readonly NodeId[];
}

/** A sum or maximum over axes of an elementwise expression. Its only output is the reduction. */
export interface ReductionKernel<S extends Shape = BoundShape> extends KernelBase {
  readonly kind: 'reduction';
  /**
   * The iteration shape: the shape of the reduction's operand and of every prologue node. Inputs are broadcast to it.
   */
  readonly shape: S;
  readonly reduction: NodeId;
  /** Elementwise nodes that only this reduction needs. */
  readonly prologue: readonly NodeId[];
}

/**
 * One movement (`reshape`, `transpose`, `gather`, `gatherGradient`, `slice`, `pad`, or a `concatenate` of any number of
 * operands), or one pooling or gradient of pooling (window), on tensors.
 */
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
 * A program cut into kernels. Each kernel reads only what earlier ones wrote. Every node that an output depends on is
 * evaluated by exactly one kernel, with two exceptions: inputs and constants are evaluated by none, and for nodes of a
 * contraction's prologue see `ContractionKernel`. If an output of the program is an input or a constant, no kernel
 * writes it.
 */
export interface FusedProgram<S extends Shape = BoundShape> {
  readonly program: Program<S>;
  readonly kernels: readonly Kernel<S>[];
}
