import { elementCount, type NodeShapes } from '@vardrop/core/program';
import { createKernel, type Kernel } from '../kernel.js';
import { addScaled, increase, scaled } from '../write/integers.js';
import { cutItems, placesOf, type Section, writeSections } from '../write/tasks.js';
import { storeFirst } from '../write/walkRow.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { rowMajorSteps } from './copies.js';
import { copySections } from './writeCopies.js';

/** Elements of a row of the result that are written together: a cache line. */
const together = 16;

/**
 * A transpose. Rows that stay rows are copied. Otherwise sixteen rows of the operand are read side by side, and each of their columns
 * is written as sixteen neighbours, so that whole cache lines are read and written.
 */
export function writeTranspose(permutation: readonly number[], { out, operands: [input] }: NodeShapes): Kernel {
  const w = createFunction(2);
  const steps = rowMajorSteps(input);
  const from = permutation.map((axis) => steps[axis]);
  const to = rowMajorSteps(out);
  const last = out.length - 1;
  const column = permutation.indexOf(last);
  const kernel = (sections: readonly Section[]) =>
    createKernel([{ code: w, tasks: writeSections(w, sections) }], [{ shape: out }]);
  if (column === last) {
    const copy = { lengths: out, from: { origin: 0, steps: from }, to: { origin: 0, steps: to } };
    return kernel(copySections(w, copy, 0, 1));
  }
  const others = out.map((_, axis) => axis).filter((axis) => axis !== column && axis !== last);
  const [item, row, source, target] = [w.i32(), w.i32(), w.i32(), w.i32()];
  const addresses = [
    [source, 0, from],
    [target, 1, to],
  ] as const;
  /** Rows from `start` on: groups of so many vectors, the last of which has `count` elements. */
  const rows = (groups: number, start: number, vectors: number, count: number): Section => {
    const lengths = [...others.map((axis) => out[axis]), groups];
    const write = () => {
      const places = placesOf(w, item, lengths);
      scaled(w, places[others.length], together);
      w.integer(start);
      w.plain('i32Add');
      w.set(row);
      for (const [local, tensor, walk] of addresses) {
        w.get(tensor);
        others.forEach((axis, i) => {
          addScaled(w, places[i], 4 * walk[axis]);
        });
        addScaled(w, row, 4 * walk[last]);
        w.set(local);
      }
      const [columns, down, across] = [out[column], 4 * from[last], 4 * to[column]];
      writeColumns(w, { source, target, columns, down, across, vectors, count });
    };
    return {
      cut: cutItems(elementCount(lengths), 2 * out[column] * vectors),
      write: (first, end) => w.loop(item, end, 1, write, first),
    };
  };
  const rest = out[last] % together;
  const groups = (out[last] - rest) / together;
  return kernel([
    ...(groups > 0 ? [rows(groups, 0, together / 4, 4)] : []),
    ...(rest > 0 ? [rows(1, out[last] - rest, Math.ceil(rest / 4), ((rest - 1) % 4) + 1)] : []),
  ]);
}

/** Writes the columns of up to sixteen rows of the operand, `down` bytes apart, as rows of the result, `across` bytes apart. */
function writeColumns(
  w: FunctionWriter,
  of: {
    readonly source: Local;
    readonly target: Local;
    readonly columns: number;
    readonly down: number;
    readonly across: number;
    readonly vectors: number;
    /** Elements of the last vector. */
    readonly count: number;
  },
): void {
  const { source, target, columns, down, across, vectors } = of;
  const value = w.v128();
  w.loop(w.i32(), { constant: columns }, 1, () => {
    for (let v = 0; v < vectors; v++) {
      const count = v + 1 < vectors ? 4 : of.count;
      for (let lane = 0; lane < count; lane++) w.get(source);
      w.loadSplat(4 * v * down);
      for (let lane = 1; lane < count; lane++) w.loadLane(lane, down * (4 * v + lane));
      w.set(value);
      storeFirst(w, count, () => w.get(target), value, 16 * v);
    }
    increase(w, source, 4);
    increase(w, target, across);
  });
}
