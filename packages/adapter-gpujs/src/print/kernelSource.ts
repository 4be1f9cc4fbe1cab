import type { NodeId } from '@vardrop/core/program';
import type { KernelFunction } from './threefry.js';

/** A tensor that kernels read and write: a node of the program, or (negative) one between two kernels of one node. */
export type ValueId = NodeId;

/** How four numbers a thread make a matrix. */
export interface Blocks {
  readonly axis: 'rows' | 'columns';
  readonly rows: number;
  readonly columns: number;
}

/** A kernel of gpu.js in its own words, which computes one tensor. */
export interface KernelSource {
  /** A function of as many arguments as `inputs`, each read as a one-dimensional array. */
  readonly source: string;
  /** Numbers that the source reads as `this.constants`. */
  readonly constants: Readonly<Record<string, number>>;
  /** What the source calls. */
  readonly functions: readonly KernelFunction[];
  /** Threads in x, y, z; their results in order are the tensor, row-major, unless there are `blocks`. */
  readonly output: readonly number[];
  /** Elements of the tensor; threads beyond them compute nothing of use. */
  readonly size: number;
  /**
   * Where each thread returns four numbers of a matrix, next to each other along `axis`. gpu.js does not hand such results to
   * another kernel of one pipeline; they are put in order on the host.
   */
  readonly blocks?: Blocks;
  readonly inputs: readonly ValueId[];
  /** Turns of loops that a thread makes at the most, checks that end a loop included; not counted in products for webasm. */
  readonly turns: number;
  readonly result: ValueId;
}
