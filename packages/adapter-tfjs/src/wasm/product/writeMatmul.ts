import { elementCount } from '@vardrop/core/program';
import type { Shapes } from '../../device/lowering.js';
import type { Kernel } from '../kernel.js';
import { broadcastSteps } from '../loop/loop.js';
import { storeFour } from '../storeFour.js';
import { createFunction, type Local } from '../wasmWriter.js';

/** From so many rows on, copying a panel of the right matrix pays. */
const rowsWorthCopying = 16;
/** Rows of the result at a time. */
const rowsOfBlock = 4;
/** Most products that are added up in one go: sums of sums lose less, and a panel of so many rows fits the cache. */
const longestSum = 512;

/**
 * Products of matrices or stacks of them, `[…, m, k] × […, k, n]`, leading axes broadcast. Four rows by eight columns of a
 * result are added up in registers (of a single row, sixteen), from a copy of those columns of the right matrix that lies
 * in one piece: rows a power of two apart would all compete for the same lines of the cache.
 */
export function writeMatmul(shapes: Shapes): Kernel {
  const {
    out,
    operands: [a, b],
  } = withoutSharedStack(shapes);
  const copies = out[out.length - 2] >= rowsWorthCopying;
  const w = createFunction(copies ? 4 : 3);
  const scratch: Local = 3;
  const [m, n] = out.slice(-2);
  const k = a[a.length - 1];
  const batch = out.slice(0, -2);
  const steps = [
    broadcastSteps(a.slice(0, -2), batch).map((step) => step * m * k),
    broadcastSteps(b.slice(0, -2), batch).map((step) => step * k * n),
    broadcastSteps(batch, batch).map((step) => step * m * n),
  ];
  const bases = steps.map(() => w.i32());
  const column = w.i32();
  const row = w.i32();
  const turn = w.i32();
  const left = w.i32();
  const right = w.i32();
  const target = w.i32();
  const rest = w.i32();
  const depth = w.i32();
  const turnOfPiece = w.i32();
  const piece = Math.ceil(k / Math.ceil(k / longestSum));
  const count = Math.ceil(k / piece);
  const factor = w.v128();
  const sums = Array.from({ length: 2 * rowsOfBlock }, () => w.v128());
  const loaded = Array.from({ length: 4 }, () => w.v128());

  /** Moves addresses on. */
  const advance = (...moves: [local: Local, bytes: number][]) => {
    for (const [local, bytes] of moves) {
      w.get(local);
      w.integer(bytes);
      w.plain('i32Add');
      w.set(local);
    }
  };
  /** `local` = bases[tensor] + Σ counter · scale, in bytes. */
  const address = (local: Local, tensor: number, ...terms: [counter: Local, scale: number][]) => {
    w.get(bases[tensor]);
    for (const [counter, scale] of terms) {
      w.get(counter);
      w.integer(scale);
      w.plain('i32Mul');
      w.plain('i32Add');
    }
    w.set(local);
  };

  const startOfPanel = () => {
    if (!copies) {
      address(right, 1, [depth, 4 * n], [column, 4]);
      return;
    }
    w.get(scratch);
    w.set(right);
  };

  /** Copies `vectors` times four columns from `column`, the last of them with what lies behind the row. */
  function copyPanel(vectors: number, length: number): void {
    address(left, 1, [depth, 4 * n], [column, 4]);
    startOfPanel();
    w.loop(turn, { constant: length }, 1, () => {
      for (let v = 0; v < vectors; v++) {
        w.get(right);
        w.get(left);
        w.load(16 * v);
        w.store(16 * v);
      }
      advance([left, 4 * n], [right, 16 * vectors]);
    });
  }

  /**
   * `rows` rows from `row` and `vectors` times four columns from `column`; of the last four only `rest` where partial.
   * Adds up `length` products from `depth` on, to what is there already unless they are the first.
   */
  function block(rows: number, vectors: number, partial: boolean, length: number, isFirst: boolean): void {
    const own = sums.slice(0, rows * vectors);
    for (const sum of own) {
      w.floats(0);
      w.set(sum);
    }
    address(left, 0, [row, 4 * k], [depth, 4]);
    startOfPanel();
    // One turn at a time: written out two or four times, V8 runs out of registers and takes twice as long.
    w.loop(turn, { constant: length }, 1, () => {
      for (let v = 0; v < vectors; v++) {
        w.get(right);
        w.load(16 * v);
        w.set(loaded[v]);
      }
      for (let r = 0; r < rows; r++) {
        w.get(left);
        w.loadSplat(4 * k * r);
        w.set(factor);
        for (let v = 0; v < vectors; v++) {
          const sum = own[r * vectors + v];
          w.get(sum);
          w.get(factor);
          w.get(loaded[v]);
          w.simd('mul');
          w.simd('add');
          w.set(sum);
        }
      }
      advance([left, 4], [right, copies ? 16 * vectors : 4 * n]);
    });
    address(target, 2, [row, 4 * n], [column, 4]);
    if (!isFirst) {
      own.forEach((sum, i) => {
        w.get(sum);
        w.get(target);
        w.load(4 * (n * Math.floor(i / vectors) + 4 * (i % vectors)));
        w.simd('add');
        w.set(sum);
      });
    }
    for (let r = 0; r < rows; r++) {
      for (let v = 0; v < vectors; v++) {
        storeFour(w, () => w.get(target), own[r * vectors + v], partial ? rest : undefined, 4 * (n * r + 4 * v));
      }
    }
  }

  /** All rows, for the columns at `column` and the products from `depth` on. */
  function rowsOf(vectors: number, partial: boolean, length: number, isFirst: boolean): void {
    if (copies) copyPanel(vectors, length);
    const whole = m - (m % rowsOfBlock);
    if (whole > 0) {
      w.loop(row, { constant: whole }, rowsOfBlock, () => block(rowsOfBlock, vectors, partial, length, isFirst));
    }
    if (whole < m) {
      w.integer(whole);
      w.set(row);
      block(m - whole, vectors, partial, length, isFirst);
    }
  }

  /** All products, for the columns at `column`: in pieces of equal length, of which the last may be shorter. */
  function pieces(vectors: number, partial: boolean): void {
    w.integer(0);
    w.set(depth);
    rowsOf(vectors, partial, piece, true);
    const last = k - (count - 1) * piece;
    if (count > 2) {
      w.loop(turnOfPiece, { constant: count - 2 }, 1, () => {
        advance([depth, piece]);
        rowsOf(vectors, partial, piece, false);
      });
    }
    if (count > 1) {
      advance([depth, piece]);
      rowsOf(vectors, partial, last, false);
    }
  }

  function columns(): void {
    const width = m === 1 ? 4 : 2;
    const wide = n - (n % (4 * width));
    if (wide > 0) w.loop(column, { constant: wide }, 4 * width, () => pieces(width, false));
    for (let c = wide; c < n; c += 4) {
      w.integer(c);
      w.set(column);
      w.integer(n - c);
      w.set(rest);
      pieces(1, n - c < 4);
    }
  }

  function nest(axis: number, counters: readonly Local[]): void {
    if (axis === batch.length) {
      steps.forEach((step, tensor) => {
        w.get(tensor);
        counters.forEach((counter, i) => {
          w.get(counter);
          w.integer(4 * step[i]);
          w.plain('i32Mul');
          w.plain('i32Add');
        });
        w.set(bases[tensor]);
      });
      columns();
      return;
    }
    const counter = w.i32();
    w.loop(counter, { constant: batch[axis] }, 1, () => nest(axis + 1, [...counters, counter]));
  }

  nest(0, []);
  return { code: w, results: [{ shape: shapes.out }], ...(copies ? { scratch: 8 * piece } : {}) };
}

/** A stack of left matrices that share the right one is one tall matrix. */
function withoutSharedStack({ out, operands: [a, b] }: Shapes): Shapes {
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
