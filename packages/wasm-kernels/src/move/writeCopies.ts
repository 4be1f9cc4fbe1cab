import { type BoundShape, elementCount, type NodeOf, type NodeShapes } from '@vardrop/core/program';
import { createKernel, type Kernel } from '../kernel.js';
import { collapse } from '../loop/loop.js';
import { addScaled, increase } from '../write/integers.js';
import { nestLoops } from '../write/nestLoops.js';
import { cutItems, mostTasks, placesOf, type Section, writeSections } from '../write/tasks.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { type Copy, copiesOf, type Walk } from './copies.js';

/** A slice, a pad or a concatenation: parts of the operands, copied row by row. */
export function writeCopies(node: NodeOf<'slice' | 'pad' | 'concatenate', BoundShape>, shapes: NodeShapes): Kernel {
  const { parts, fill } = copiesOf(node, shapes);
  const result = shapes.operands.length;
  const w = createFunction(result + 1);
  const sections = parts.flatMap((part) => copySections(w, part, part.operand, result));
  const initial = fill === undefined ? {} : { initial: fill };
  return createKernel([{ code: w, tasks: writeSections(w, sections) }], [{ shape: shapes.out, ...initial }]);
}

/** Rows of one length that are copied: a loop over them, and one over their elements. */
interface Rows {
  readonly lengths: readonly number[];
  readonly length: number;
  readonly from: Walk;
  readonly to: Walk;
}

/** Elements of a row that one task copies. */
const longestRow = 1 << 14;

/** Copies from one tensor to another. Both are given by their addresses. */
export function copySections(
  w: FunctionWriter,
  { lengths, from, to }: Omit<Copy, 'operand'>,
  source: Local,
  target: Local,
): Section[] {
  const loop = collapse(lengths, [from.steps, to.steps]);
  const outer = loop.lengths.slice(0, -1);
  const length = loop.lengths[outer.length];
  const [read, write] = [from, to].map(({ origin }, i) => ({ origin, steps: loop.steps[i] }));
  if (outer.length > 0 || length < 2 * longestRow) {
    return [copyRows(w, { lengths: outer, length, from: read, to: write }, source, target)];
  }
  /** Cuts a single long row into rows of the longest length and a rest. */
  const pieces = Math.floor(length / longestRow);
  const cut = ({ origin, steps: [step] }: Walk) => ({ origin, steps: [step * longestRow, step] });
  const after = ({ origin, steps }: Walk) => ({ origin: origin + pieces * longestRow * steps[0], steps });
  const rest = { lengths: [], length: length % longestRow, from: after(read), to: after(write) };
  return [
    copyRows(w, { lengths: [pieces], length: longestRow, from: cut(read), to: cut(write) }, source, target),
    ...(rest.length > 0 ? [copyRows(w, rest, source, target)] : []),
  ];
}

/** Items are places along as many of the outer axes as it takes to have enough of them. */
function copyRows(w: FunctionWriter, { lengths, length, from, to }: Rows, source: Local, target: Local): Section {
  const [step, stepOfTarget] = [from, to].map(({ steps }) => 4 * steps[steps.length - 1]);
  const isOfRows = step === 4 && stepOfTarget === 4;
  const [read, write, item] = [w.i32(), w.i32(), w.i32()];
  const copyRow = (places: readonly Local[]) => {
    const locate = (local: Local, tensor: Local, { origin, steps }: Walk) => {
      w.get(tensor);
      w.integer(4 * origin);
      w.plain('i32Add');
      places.forEach((place, axis) => {
        addScaled(w, place, 4 * steps[axis]);
      });
      w.set(local);
    };
    locate(read, source, from);
    locate(write, target, to);
    const width = isOfRows ? 4 : 1;
    const whole = length - (length % width);
    if (whole > 0) {
      w.loop(w.i32(), { constant: whole }, width, () => {
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
  };
  const enough = lengths.findIndex((_, axis) => elementCount(lengths.slice(0, axis + 1)) >= mostTasks);
  const [outer, inner] = [
    lengths.slice(0, enough < 0 ? lengths.length : enough + 1),
    enough < 0 ? [] : lengths.slice(enough + 1),
  ];
  const nanosecondsPerRow = 2 + length * (isOfRows ? 0.15 : 0.5);
  return {
    cut: cutItems(elementCount(outer), elementCount(inner) * nanosecondsPerRow),
    write: (first, end) =>
      w.loop(item, end, 1, () => nestLoops(w, inner, (places) => copyRow(places), placesOf(w, item, outer)), first),
  };
}
