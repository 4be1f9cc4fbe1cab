import { elementCount, type NodeShapes } from '@vardrop/core/program';
import { type Kernel, wholeKernel } from '../kernel.js';
import { addScaled, increase, sumOf } from '../write/integers.js';
import { addRow, storeFirst, walkRow } from '../write/walkRow.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';

/** Rows of a table by number. A number that is not a row's number gives zeros. */
export function writeGather({ out, operands: [[rows, ...rest], indices] }: NodeShapes): Kernel {
  const w = createFunction(3);
  const size = elementCount(rest);
  const [source, target] = [w.i32(), w.i32()];
  const [value, mask] = [w.v128(), w.v128()];
  w.get(2);
  w.set(target);
  eachIndex(w, 1, elementCount(indices), rows, (number, isRow) => {
    // For a number that is not a row's number, the first row is read and masked to zeros.
    w.get(0);
    w.get(number);
    w.get(isRow);
    w.plain('i32Mul');
    w.integer(4 * size);
    w.plain('i32Mul');
    w.plain('i32Add');
    w.set(source);
    w.integer(0);
    w.get(isRow);
    w.plain('i32Sub');
    w.simd('i32x4Splat');
    w.set(mask);
    walkRow(w, size, (at, count) => {
      sumOf(w, source, at);
      w.load();
      w.get(mask);
      w.simd('and');
      w.set(value);
      storeFirst(w, count, () => sumOf(w, target, at), value);
    });
    increase(w, target, 4 * size);
  });
  return wholeKernel(w, [{ shape: out }]);
}

/** Adds each row of dy to the row with its number, in the order of the indices. */
export function writeGatherGradient({ out: [rows, ...rest], operands: [indices] }: NodeShapes): Kernel {
  const w = createFunction(3);
  const size = elementCount(rest);
  const [source, target] = [w.i32(), w.i32()];
  w.get(1);
  w.set(source);
  eachIndex(w, 0, elementCount(indices), rows, (number, isRow) => {
    w.get(isRow);
    w.when(() => {
      w.get(2);
      addScaled(w, number, 4 * size);
      w.set(target);
      addRow(w, size, target, source);
    });
    increase(w, source, 4 * size);
  });
  return wholeKernel(w, [{ shape: [rows, ...rest], initial: 0 }]);
}

/** Runs `visit` for each index, with its whole number, and with 1 if that is a row's number, else 0. */
function eachIndex(
  w: FunctionWriter,
  indices: Local,
  count: number,
  rows: number,
  visit: (number: Local, isRow: Local) => void,
): void {
  const [at, number, isRow] = [w.i32(), w.i32(), w.i32()];
  w.loop(at, { constant: 4 * count }, 4, () => {
    sumOf(w, indices, at);
    w.loadFloat();
    w.truncate();
    w.set(number);
    sumOf(w, indices, at);
    w.loadFloat();
    w.get(number);
    w.plain('f32FromInteger');
    w.plain('f32Eq');
    w.get(number);
    w.integer(rows);
    w.plain('i32LtU');
    w.plain('i32And');
    w.set(isRow);
    visit(number, isRow);
  });
}
