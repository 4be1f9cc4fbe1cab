import { elementCount, type NodeShapes } from '@vardrop/core/program';
import { type Kernel, wholeKernel } from '../kernel.js';
import { broadcastSteps } from '../loop/loop.js';
import { addScaled, assign, increase } from '../write/integers.js';
import { nestLoops } from '../write/nestLoops.js';
import { type ProductWriting, rowsOfBlock, startProduct } from './productWriting.js';
import { copyPanel, type Part, writeBlock } from './writeBlock.js';

/**
 * Products of matrices or stacks of matrices, `[…, m, k] × […, k, n]`; leading axes broadcast. Four rows by eight
 * columns of a result (or sixteen columns of a single row) are added up in registers. They read a contiguous copy of
 * those columns of the right matrix. Without the copy, rows that are a power of two apart would compete for the same
 * cache lines.
 */
export function writeMatmul(given: NodeShapes): Kernel {
  const shapes = withoutSharedStack(given);
  const [a, b] = shapes.operands;
  const batch = shapes.out.slice(0, -2);
  const writing = startProduct(shapes);
  const { w, m, n, k, bases } = writing;
  const steps = [
    broadcastSteps(a.slice(0, -2), batch).map((step) => step * m * k),
    broadcastSteps(b.slice(0, -2), batch).map((step) => step * k * n),
    broadcastSteps(batch, batch).map((step) => step * m * n),
  ];
  nestLoops(w, batch, (counters) => {
    bases.forEach((base, tensor) => {
      w.get(tensor);
      counters.forEach((counter, i) => {
        addScaled(w, counter, 4 * steps[tensor][i]);
      });
      w.set(base);
    });
    writeColumns(writing);
  });
  return wholeKernel(w, [{ shape: given.out }], writing.panel === undefined ? undefined : 8 * writing.piece);
}

/** All columns of one product. */
function writeColumns(writing: ProductWriting): void {
  const { w, m, n, column, rest } = writing;
  const width = m === 1 ? 4 : 2;
  const wide = n - (n % (4 * width));
  if (wide > 0) w.loop(column, { constant: wide }, 4 * width, () => writePieces(writing, width, false));
  for (let c = wide; c < n; c += 4) {
    assign(w, column, c);
    assign(w, rest, n - c);
    writePieces(writing, 1, n - c < 4);
  }
}

/** All products for the columns at `column`, in pieces of equal length. The last piece may be shorter. */
function writePieces(writing: ProductWriting, vectors: number, isPartial: boolean): void {
  const { w, k, piece, pieces, depth, turnOfPiece } = writing;
  const next = (length: number) => {
    increase(w, depth, piece);
    writeRows(writing, { vectors, isPartial, length, isFirst: false });
  };
  assign(w, depth, 0);
  writeRows(writing, { vectors, isPartial, length: piece, isFirst: true });
  if (pieces > 2) w.loop(turnOfPiece, { constant: pieces - 2 }, 1, () => next(piece));
  if (pieces > 1) next(k - (pieces - 1) * piece);
}

/** All rows of a part. */
function writeRows(writing: ProductWriting, part: Part): void {
  const { w, m, row, panel } = writing;
  if (panel !== undefined) copyPanel(writing, part);
  const whole = m - (m % rowsOfBlock);
  if (whole > 0) w.loop(row, { constant: whole }, rowsOfBlock, () => writeBlock(writing, rowsOfBlock, part));
  if (whole < m) {
    assign(w, row, whole);
    writeBlock(writing, m - whole, part);
  }
}

/** Turns a stack of left matrices with the same right matrix into one tall matrix. */
function withoutSharedStack({ out, operands: [a, b] }: NodeShapes): NodeShapes {
  if (elementCount(b.slice(0, -2)) > 1) return { out, operands: [a, b] };
  const [k, n] = b.slice(-2);
  const rows = elementCount(out) / n;
  return {
    out: [rows, n],
    operands: [
      [rows, k],
      [k, n],
    ],
  };
}
