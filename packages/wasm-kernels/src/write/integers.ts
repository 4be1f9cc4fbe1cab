import type { FunctionWriter, Local } from './wasmWriter.js';

/** Sets a variable to a number. */
export function assign(w: FunctionWriter, local: Local, value: number): void {
  w.integer(value);
  w.set(local);
}

/** Adds a number to a variable. */
export function increase(w: FunctionWriter, local: Local, by: number): void {
  w.get(local);
  w.integer(by);
  w.plain('i32Add');
  w.set(local);
}

/** Pushes `local · factor`. */
export function scaled(w: FunctionWriter, local: Local, factor: number): void {
  w.get(local);
  w.integer(factor);
  w.plain('i32Mul');
}

/** Pops an i32, pushes it plus `local · factor`. */
export function addScaled(w: FunctionWriter, local: Local, factor: number): void {
  scaled(w, local, factor);
  w.plain('i32Add');
}

/** Pushes `a + b`. */
export function sumOf(w: FunctionWriter, a: Local, b: Local): void {
  w.get(a);
  w.get(b);
  w.plain('i32Add');
}

/** Sets a variable to the smaller or the larger of itself and the value that `push` pushes. */
export function limit(w: FunctionWriter, local: Local, to: 'smaller' | 'larger', push: () => void): void {
  const other = w.i32();
  push();
  w.tee(other);
  w.get(local);
  w.get(other);
  w.get(local);
  w.plain(to === 'smaller' ? 'i32LtS' : 'i32GtS');
  w.plain('select');
  w.set(local);
}
