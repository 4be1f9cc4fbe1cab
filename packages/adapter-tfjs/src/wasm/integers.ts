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
