import { addScaled, increase } from '../write/integers.js';
import { storeFour } from '../write/storeFour.js';
import type { Local } from '../write/wasmWriter.js';
import type { ProductWriting } from './productWriting.js';

/** The columns of the result (from `column` on) and the products (from `depth` on) that are computed together. */
export interface Part {
  /** Number of vectors of four columns. */
  readonly vectors: number;
  /** Whether there are only `rest` columns in place of four. */
  readonly isPartial: boolean;
  /** How many products are added up. */
  readonly length: number;
  /** Whether these products are the first. Later ones are added to the value in memory. */
  readonly isFirst: boolean;
}

/** Sets `local` to bases[tensor] + Σ counter · scale, in bytes. */
function locate(
  { w, bases }: ProductWriting,
  local: Local,
  tensor: number,
  ...terms: readonly (readonly [counter: Local, scale: number])[]
): void {
  w.get(bases[tensor]);
  for (const [counter, scale] of terms) addScaled(w, counter, scale);
  w.set(local);
}

function locatePanel(writing: ProductWriting): void {
  const { w, n, panel, right, depth, column } = writing;
  if (panel === undefined) {
    locate(writing, right, 1, [depth, 4 * n], [column, 4]);
    return;
  }
  w.get(panel);
  w.set(right);
}

/**
 * Copies a part's columns of the right matrix. The copy of the last columns may include values after the end of the
 * row.
 */
export function copyPanel(writing: ProductWriting, { vectors, length }: Part): void {
  const { w, n, left, right, turn, depth, column } = writing;
  locate(writing, left, 1, [depth, 4 * n], [column, 4]);
  locatePanel(writing);
  w.loop(turn, { constant: length }, 1, () => {
    for (let v = 0; v < vectors; v++) {
      w.get(right);
      w.get(left);
      w.load(16 * v);
      w.store(16 * v);
    }
    increase(w, left, 4 * n);
    increase(w, right, 16 * vectors);
  });
}

/** Computes `rows` rows of a part, from `row` on. */
export function writeBlock(writing: ProductWriting, rows: number, part: Part): void {
  const { w, n, target, row, column, rest } = writing;
  const { vectors, isPartial, isFirst } = part;
  const sums = writing.sums.slice(0, rows * vectors);
  addProducts(writing, rows, sums, part);
  locate(writing, target, 2, [row, 4 * n], [column, 4]);
  if (!isFirst) {
    sums.forEach((sum, i) => {
      w.get(sum);
      w.get(target);
      w.load(4 * (n * Math.floor(i / vectors) + 4 * (i % vectors)));
      w.simd('add');
      w.set(sum);
    });
  }
  for (let r = 0; r < rows; r++) {
    for (let v = 0; v < vectors; v++) {
      storeFour(w, () => w.get(target), sums[r * vectors + v], isPartial ? rest : undefined, 4 * (n * r + 4 * v));
    }
  }
}

/** Adds up a part's products, in registers. */
function addProducts(writing: ProductWriting, rows: number, sums: readonly Local[], { vectors, length }: Part): void {
  const { w, n, k, panel, left, right, turn, row, depth, factor, loaded } = writing;
  for (const sum of sums) {
    w.floats(0);
    w.set(sum);
  }
  locate(writing, left, 0, [row, 4 * k], [depth, 4]);
  locatePanel(writing);
  // One product per turn. With two or four, V8 runs out of registers and takes twice as long.
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
        const sum = sums[r * vectors + v];
        w.get(sum);
        w.get(factor);
        w.get(loaded[v]);
        w.simd('mul');
        w.simd('add');
        w.set(sum);
      }
    }
    increase(w, left, 4);
    increase(w, right, panel === undefined ? 4 * n : 16 * vectors);
  });
}
