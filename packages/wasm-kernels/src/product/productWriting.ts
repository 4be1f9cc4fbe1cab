import type { NodeShapes } from '@vardrop/core/program';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';

/** From this many rows on, copying a panel of the right matrix saves time. */
const rowsWorthCopying = 16;
/** Rows of the result that are computed together. */
export const rowsOfBlock = 4;
/**
 * The most products that are added up in one sum. Sums of partial sums lose less accuracy, and a panel of so many rows
 * fits the cache.
 */
const longestSum = 512;

/** The state while a product `[m, k] × [k, n]` is being written: its function, sizes and variables. */
export interface ProductWriting {
  readonly w: FunctionWriter;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** The number of products in one sum, and the number of such pieces. The last piece may be shorter. */
  readonly piece: number;
  readonly pieces: number;
  /** Memory for a copy of some columns of the right matrix; undefined if it is not copied. */
  readonly panel: Local | undefined;
  /** Addresses of the left matrix, the right one, and the result. */
  readonly bases: readonly Local[];
  readonly column: Local;
  readonly row: Local;
  readonly turn: Local;
  readonly left: Local;
  readonly right: Local;
  readonly target: Local;
  /** The number of columns left, if fewer than four. */
  readonly rest: Local;
  /** The first product of a piece. */
  readonly depth: Local;
  readonly turnOfPiece: Local;
  readonly factor: Local;
  readonly sums: readonly Local[];
  readonly loaded: readonly Local[];
}

/** Starts a function for products of matrices of the shapes' last two axes. */
export function startProduct({ out, operands: [a] }: NodeShapes): ProductWriting {
  const [m, n] = out.slice(-2);
  const k = a[a.length - 1];
  const piece = Math.ceil(k / Math.ceil(k / longestSum));
  const copies = m >= rowsWorthCopying;
  const w = createFunction(copies ? 4 : 3);
  return {
    w,
    m,
    n,
    k,
    piece,
    pieces: Math.ceil(k / piece),
    panel: copies ? 3 : undefined,
    bases: [w.i32(), w.i32(), w.i32()],
    column: w.i32(),
    row: w.i32(),
    turn: w.i32(),
    left: w.i32(),
    right: w.i32(),
    target: w.i32(),
    rest: w.i32(),
    depth: w.i32(),
    turnOfPiece: w.i32(),
    factor: w.v128(),
    sums: Array.from({ length: 2 * rowsOfBlock }, () => w.v128()),
    loaded: Array.from({ length: 4 }, () => w.v128()),
  };
}
