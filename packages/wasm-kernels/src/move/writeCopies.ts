import type { BoundShape, NodeOf, NodeShapes } from '@vardrop/core/program';
import { type Kernel, wholeKernel } from '../kernel.js';
import { collapse } from '../loop/loop.js';
import { addScaled, increase } from '../write/integers.js';
import { nestLoops } from '../write/nestLoops.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { type Copy, copiesOf, type Walk } from './copies.js';

/** A slice, a pad or a concatenation: parts of the operands, copied row by row. */
export function writeCopies(node: NodeOf<'slice' | 'pad' | 'concatenate', BoundShape>, shapes: NodeShapes): Kernel {
  const { parts, fill } = copiesOf(node, shapes);
  const result = shapes.operands.length;
  const w = createFunction(result + 1);
  for (const part of parts) writeCopy(w, part, part.operand, result);
  return wholeKernel(w, [{ shape: shapes.out, ...(fill === undefined ? {} : { initial: fill }) }]);
}

/** Copies from one tensor to another. Both are given by their addresses. */
export function writeCopy(
  w: FunctionWriter,
  { lengths, from, to }: Omit<Copy, 'operand'>,
  source: Local,
  target: Local,
) {
  const loop = collapse(lengths, [from.steps, to.steps], false);
  const length = loop.lengths[loop.lengths.length - 1];
  const [step, stepOfTarget] = loop.steps.map((steps) => 4 * steps[steps.length - 1]);
  const [read, write, turn] = [w.i32(), w.i32(), w.i32()];
  nestLoops(w, loop.lengths.slice(0, -1), (counters) => {
    const locate = (local: Local, tensor: Local, { origin }: Walk, steps: readonly number[]) => {
      w.get(tensor);
      w.integer(4 * origin);
      w.plain('i32Add');
      counters.forEach((counter, axis) => {
        addScaled(w, counter, 4 * steps[axis]);
      });
      w.set(local);
    };
    locate(read, source, from, loop.steps[0]);
    locate(write, target, to, loop.steps[1]);
    const isOfRows = step === 4 && stepOfTarget === 4;
    const width = isOfRows ? 4 : 1;
    const whole = length - (length % width);
    if (whole > 0) {
      w.loop(turn, { constant: whole }, width, () => {
        w.get(write);
        w.get(read);
        if (isOfRows) {
          w.load();
          w.store();
        } else {
          w.loadFloat();
          w.storeFloat();
        }
        increase(w, read, width * step);
        increase(w, write, width * stepOfTarget);
      });
    }
    for (let i = whole; i < length; i++) {
      w.get(write);
      w.get(read);
      w.loadFloat(4 * (i - whole));
      w.storeFloat(4 * (i - whole));
    }
  });
}
