import { elementCount, type NodeShapes } from '@vardrop/core/program';
import { createKernel, type Kernel } from '../kernel.js';
import { addScaled, assign, sumOf } from '../write/integers.js';
import { cutItems, type Section, writeSections } from '../write/tasks.js';
import { addRow, storeFirst, walkRow } from '../write/walkRow.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';

/** Rows of a table by number. A number that is not a row's number gives zeros. */
export function writeGather({ out, operands: [[rows, ...rest], indices] }: NodeShapes): Kernel {
  const w = createFunction(3);
  const size = elementCount(rest);
  const [source, target] = [w.i32(), w.i32()];
  const [value, mask] = [w.v128(), w.v128()];
  const gatherRow = (at: Local, number: Local, isRow: Local) => {
    w.get(2);
    addScaled(w, at, 4 * size);
    w.set(target);
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
  };
  const cut = cutItems(elementCount(indices), 5 + 0.2 * size);
  const write = (first: Local, end: Local) => eachIndex(w, { indices: 1, first, end, rows }, gatherRow);
  return createKernel([{ code: w, tasks: writeSections(w, [{ cut, write }]) }], [{ shape: out }]);
}

/** Columns of a table that one task adds up at least: a cache line. */
const columnsOfTask = 16;

/** Adds each row of dy to the row with its number, in the order of the indices. The items are groups of columns. */
export function writeGatherGradient({ out: [rows, ...rest], operands: [indices] }: NodeShapes): Kernel {
  const w = createFunction(3);
  const [size, count] = [elementCount(rest), elementCount(indices)];
  const [source, target, group, none, all] = Array.from({ length: 5 }, () => w.i32());
  /** So many groups of columns, from a column on. */
  const columns = (groups: number, start: number, width: number): Section => ({
    cut: cutItems(groups, count * (4 + 0.3 * width)),
    write(first, end) {
      assign(w, none, 0);
      assign(w, all, count);
      const addGroup = () =>
        eachIndex(w, { indices: 0, first: none, end: all, rows }, (at, number, isRow) => {
          w.get(isRow);
          w.when(() => {
            for (const [local, tensor, row] of [
              [source, 1, at],
              [target, 2, number],
            ]) {
              w.get(tensor);
              addScaled(w, row, 4 * size);
              addScaled(w, group, 4 * columnsOfTask);
              w.integer(4 * start);
              w.plain('i32Add');
              w.set(local);
            }
            addRow(w, width, target, source);
          });
        });
      w.loop(group, end, 1, addGroup, first);
    },
  });
  const last = size % columnsOfTask;
  const groups = (size - last) / columnsOfTask;
  const sections = [
    ...(groups > 0 ? [columns(groups, 0, columnsOfTask)] : []),
    ...(last > 0 ? [columns(1, size - last, last)] : []),
  ];
  const tasks = writeSections(w, sections);
  return createKernel([{ code: w, tasks }], [{ shape: [rows, ...rest], initial: 0 }]);
}

/** Runs `visit` for a range of indices, with its place, its whole number, and with 1 if that is a row's number, else 0. */
function eachIndex(
  w: FunctionWriter,
  of: { readonly indices: Local; readonly first: Local; readonly end: Local; readonly rows: number },
  visit: (at: Local, number: Local, isRow: Local) => void,
): void {
  const { indices, first, end, rows } = of;
  const [at, number, isRow] = [w.i32(), w.i32(), w.i32()];
  const load = () => {
    w.get(indices);
    addScaled(w, at, 4);
    w.loadFloat();
  };
  w.loop(
    at,
    end,
    1,
    () => {
      load();
      w.truncate();
      w.set(number);
      load();
      w.get(number);
      w.plain('f32FromInteger');
      w.plain('f32Eq');
      w.get(number);
      w.integer(rows);
      w.plain('i32LtU');
      w.plain('i32And');
      w.set(isRow);
      visit(at, number, isRow);
    },
    first,
  );
}
