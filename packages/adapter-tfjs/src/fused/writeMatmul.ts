import type { Shapes } from '../lower/lowering.js';
import type { Kernel } from './kernel.js';
import { broadcastSteps } from './loop.js';
import { storeFour } from './storeFour.js';
import { createFunction, type Local } from './wasmWriter.js';

/**
 * Products of stacks of matrices, `[…, m, k] × […, k, n]`, leading axes broadcast: tfjs's wasm backend has a fast path for
 * a single product only. Four rows by eight columns of a result are added up in registers; of a matrix with fewer rows,
 * one by sixteen.
 */
export function writeMatmul({ out, operands: [a, b] }: Shapes): Kernel {
  const w = createFunction(3);
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
  const factor = w.v128();
  const sums = Array.from({ length: 8 }, () => w.v128());
  const loaded = Array.from({ length: 4 }, () => w.v128());

  const plus = (bytes: number) => {
    if (bytes === 0) return;
    w.integer(bytes);
    w.plain('i32Add');
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

  /** `rows` rows from `row` and `vectors` times four columns from `column`; of the last four only `rest` where partial. */
  function block(rows: number, vectors: number, partial: boolean): void {
    const own = sums.slice(0, rows * vectors);
    for (const sum of own) {
      w.floats(0);
      w.set(sum);
    }
    address(left, 0, [row, 4 * k]);
    address(right, 1, [column, 4]);
    w.loop(turn, { constant: k }, 1, () => {
      for (let v = 0; v < vectors; v++) {
        w.get(right);
        plus(16 * v);
        w.load();
        w.set(loaded[v]);
      }
      for (let r = 0; r < rows; r++) {
        w.get(left);
        plus(4 * k * r);
        w.loadSplat();
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
      for (const [local, step] of [
        [left, 4],
        [right, 4 * n],
      ]) {
        w.get(local);
        plus(step);
        w.set(local);
      }
    });
    address(target, 2, [row, 4 * n], [column, 4]);
    for (let r = 0; r < rows; r++) {
      for (let v = 0; v < vectors; v++) {
        const place = () => {
          w.get(target);
          plus(4 * (n * r + 4 * v));
        };
        storeFour(w, place, own[r * vectors + v], partial ? rest : undefined);
      }
    }
  }

  /** All rows, for the columns at `column`. */
  function rowsOf(vectors: number, partial: boolean): void {
    const whole = m - (m % 4);
    if (whole > 0) w.loop(row, { constant: whole }, 4, () => block(4, vectors, partial));
    for (let r = whole; r < m; r++) {
      w.integer(r);
      w.set(row);
      block(1, vectors, partial);
    }
  }

  function columns(): void {
    const width = m < 4 ? 4 : 2;
    const wide = n - (n % (4 * width));
    if (wide > 0) w.loop(column, { constant: wide }, 4 * width, () => rowsOf(width, false));
    for (let c = wide; c < n; c += 4) {
      w.integer(c);
      w.set(column);
      w.integer(n - c);
      w.set(rest);
      rowsOf(1, n - c < 4);
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
  return { code: w, results: [{ shape: out }] };
}
