import type { NodeId } from '@vardrop/core/program';
import type { KernelFunction } from './threefry.js';

/**
 * A tensor that kernels read and write: a node of the program, or, if negative, a value between two kernels of one
 * node.
 */
export type ValueId = NodeId;

/** How the numbers of threads that return four each form a matrix. */
export interface Blocks {
  readonly axis: 'rows' | 'columns';
  readonly rows: number;
  readonly columns: number;
}

/** The source of a kernel of gpu.js, which computes one tensor. */
export interface KernelSource {
  /** A function of as many arguments as `inputs`, each read as a one-dimensional array. */
  readonly source: string;
  /** Numbers that the source reads as `this.constants`. */
  readonly constants: Readonly<Record<string, number>>;
  /** Functions that the source calls. */
  readonly functions: readonly KernelFunction[];
  /** Threads in x, y, z; their results in order are the tensor, row-major, unless there are `blocks`. */
  readonly output: readonly number[];
  /** Elements of the tensor; threads beyond them compute nothing of use. */
  readonly size: number;
  /**
   * Present if each thread returns four numbers of a matrix, next to each other along `axis`. gpu.js does not pass such
   * results to another kernel of the same pipeline; they are put in order on the host.
   */
  readonly blocks?: Blocks;
  readonly inputs: readonly ValueId[];
  /**
   * The most turns of loops that a thread makes, the check that ends a loop included; not counted in matrix products
   * for webasm.
   */
  readonly turns: number;
  readonly result: ValueId;
}
