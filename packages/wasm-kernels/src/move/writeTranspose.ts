import type { NodeShapes } from '@vardrop/core/program';
import { type Kernel, wholeKernel } from '../kernel.js';
import { addScaled, assign, increase } from '../write/integers.js';
import { nestLoops } from '../write/nestLoops.js';
import { storeFirst } from '../write/walkRow.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { rowMajorSteps } from './copies.js';
import { writeCopy } from './writeCopies.js';

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
  if (column === last) {
    writeCopy(w, { lengths: out, from: { origin: 0, steps: from }, to: { origin: 0, steps: to } }, 0, 1);
    return wholeKernel(w, [{ shape: out }]);
  }
  const others = out.map((_, axis) => axis).filter((axis) => axis !== column && axis !== last);
  const [row, source, target] = [w.i32(), w.i32(), w.i32()];
  nestLoops(
    w,
    others.map((axis) => out[axis]),
    (counters) => {
      const turn = (vectors: number, count: number) => {
        for (const [local, tensor, walk] of [
          [source, 0, from],
          [target, 1, to],
        ] as const) {
          w.get(tensor);
          counters.forEach((counter, i) => {
            addScaled(w, counter, 4 * walk[others[i]]);
          });
          addScaled(w, row, 4 * walk[last]);
          w.set(local);
        }
        writeColumns(w, {
          source,
          target,
          columns: out[column],
          down: 4 * from[last],
          across: 4 * to[column],
          vectors,
          count,
        });
      };
      const whole = out[last] - (out[last] % together);
      if (whole > 0) w.loop(row, { constant: whole }, together, () => turn(together / 4, 4));
      if (whole === out[last]) return;
      assign(w, row, whole);
      turn(Math.ceil((out[last] - whole) / 4), ((out[last] - 1) % 4) + 1);
    },
  );
  return wholeKernel(w, [{ shape: out }]);
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
