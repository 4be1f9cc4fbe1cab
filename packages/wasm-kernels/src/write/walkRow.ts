import { assign, sumOf } from './integers.js';
import type { FunctionWriter, Local } from './wasmWriter.js';

/**
 * Runs `turn` for each four elements of a row, with their offset from the row's start in bytes, and how many of the
 * four exist.
 */
export function walkRow(w: FunctionWriter, length: number, turn: (at: Local, count: number) => void): void {
  const at = w.i32();
  const whole = length - (length % 4);
  if (whole > 0) w.loop(at, { constant: 4 * whole }, 16, () => turn(at, 4));
  if (whole === length) return;
  assign(w, at, 4 * whole);
  turn(at, length - whole);
}

/** Writes the first `count` floats of a vector to an address plus `offset` bytes. */
export function storeFirst(w: FunctionWriter, count: number, address: () => void, value: Local, offset = 0): void {
  for (let lane = 0; lane < (count === 4 ? 1 : count); lane++) {
    address();
    w.get(value);
    if (count === 4) w.store(offset);
    else w.storeLane(lane, offset + 4 * lane);
  }
}

/** Adds a row of fixed length to another. Both are given by their addresses. */
export function addRow(w: FunctionWriter, length: number, target: Local, source: Local): void {
  const value = w.v128();
  walkRow(w, length, (at, count) => {
    for (const address of [target, source]) {
      sumOf(w, address, at);
      w.load();
    }
    w.simd('add');
    w.set(value);
    storeFirst(w, count, () => sumOf(w, target, at), value);
  });
}
