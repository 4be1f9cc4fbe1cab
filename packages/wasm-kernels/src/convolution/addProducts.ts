import { increase } from '../write/integers.js';
import { storeFirst } from '../write/walkRow.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';

/** Where the numbers of a row are that multiply vectors: at the address in a variable plus `offset` bytes. */
export interface Factor {
  readonly address: Local;
  readonly offset: number;
}

/** Rows of up to two vectors that are summed in registers. */
export interface Sums {
  /** By row, then by vector. */
  readonly rows: readonly (readonly Local[])[];
  readonly loaded: readonly Local[];
  readonly factor: Local;
}

/** The most rows and vectors whose sums stay in registers. */
export const rowsOfBlock = 4;
export const vectorsOfBlock = 2;

export const createSums = (w: FunctionWriter): Sums => ({
  rows: Array.from({ length: rowsOfBlock }, () => Array.from({ length: vectorsOfBlock }, () => w.v128())),
  loaded: Array.from({ length: vectorsOfBlock }, () => w.v128()),
  factor: w.v128(),
});

/** The sums of fewer rows and vectors. */
export const partOf = (sums: Sums, rows: number, vectors: number): Sums => ({
  rows: sums.rows.slice(0, rows).map((row) => row.slice(0, vectors)),
  loaded: sums.loaded.slice(0, vectors),
  factor: sums.factor,
});

export function clearSums(w: FunctionWriter, { rows }: Sums): void {
  for (const sum of rows.flat()) {
    w.floats(0);
    w.set(sum);
  }
}

/** Adds to each row the product of its factor with the vectors at an address. */
export function addProducts(w: FunctionWriter, sums: Sums, factors: readonly Factor[], vectors: Local): void {
  sums.loaded.forEach((value, v) => {
    w.get(vectors);
    w.load(16 * v);
    w.set(value);
  });
  sums.rows.forEach((row, r) => {
    w.get(factors[r].address);
    w.loadSplat(factors[r].offset);
    w.set(sums.factor);
    row.forEach((sum, v) => {
      w.get(sums.factor);
      w.get(sums.loaded[v]);
      w.addProduct(sum);
    });
  });
}

/** Advances the addresses of factors, each of which may serve several rows. */
export function advance(w: FunctionWriter, factors: readonly Factor[], bytes: number): void {
  if (bytes === 0) return;
  for (const address of new Set(factors.map((factor) => factor.address))) increase(w, address, bytes);
}

/** Writes the sums to rows that are `pitch` bytes apart, or adds them. The last vector may have fewer than four elements. */
export function storeSums(
  w: FunctionWriter,
  { rows, factor }: Sums,
  of: { readonly target: Local; readonly pitch: number; readonly columns: number; readonly adds: boolean },
): void {
  const { target, pitch, columns, adds } = of;
  rows.forEach((row, r) => {
    row.forEach((sum, v) => {
      const at = r * pitch + 16 * v;
      w.get(sum);
      if (adds) {
        w.get(target);
        w.load(at);
        w.simd('add');
      }
      w.set(factor);
      storeFirst(w, Math.min(4, columns - 4 * v), () => w.get(target), factor, at);
    });
  });
}
