import { addScaled, increase } from '../write/integers.js';
import { cutItems, placesOf, type Section } from '../write/tasks.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';
import type { Side } from './productPlan.js';

/** Rows or columns that are copied together: if they are neighbours in memory, some cache lines of each term. */
const togetherOf = ({ across }: Side) => (across === 1 ? 64 : 16);
/** Nanoseconds in which an element is copied. */
const copying = 0.7;

/** A section of a phase that copies an operand's matrices as panels, for products of `k` terms. */
export function packingSection(w: FunctionWriter, side: Side, k: number, operand: Local, copy: PackedCopy): Section {
  const { count, matrices, packed } = side;
  const together = togetherOf(side);
  const groups = Math.ceil(count / together);
  const [item, source, target] = Array.from({ length: 3 }, () => w.i32());
  const copyItem = () => {
    const [matrix, group] = placesOf(w, item, [matrices, groups]);
    w.get(operand);
    addScaled(w, matrix, 4 * count * k);
    addScaled(w, group, 4 * together * side.across);
    w.set(source);
    w.get(copy.tensor);
    w.integer(4 * copy.start);
    w.plain('i32Add');
    addScaled(w, matrix, 4 * packed);
    // Widths divide the size of a group.
    addScaled(w, group, 4 * together * k);
    w.set(target);
    const rest = count % together;
    if (rest === 0) {
      copyGroup(w, side, k, together, source, target);
      return;
    }
    w.get(group);
    w.integer(groups - 1);
    w.plain('i32Ne');
    w.when(() => {
      if (groups > 1) copyGroup(w, side, k, together, source, target);
      w.plain('else');
      copyGroup(w, side, k, rest, source, target);
    });
  };
  return {
    cut: cutItems(matrices * groups, copying * together * k),
    write: (first, end) => w.loop(item, end, 1, copyItem, first),
  };
}

/** Where a copy is: its scratch memory, and the first element in there. */
export interface PackedCopy {
  readonly tensor: Local;
  readonly start: number;
}

/** Copies some rows or columns. Of the last panel, vectors without any of them are not written. */
function copyGroup(w: FunctionWriter, side: Side, k: number, lanes: number, source: Local, target: Local): void {
  const { across, down, width } = side;
  const value = w.v128();
  w.loop(w.i32(), { constant: k }, 1, () => {
    for (let lane = 0; lane < lanes; lane += 4) {
      w.get(source);
      if (across === 1) w.load(4 * lane);
      else {
        const count = Math.min(4, lanes - lane);
        for (let i = 1; i < count; i++) w.get(source);
        w.loadSplat(4 * across * lane);
        for (let i = 1; i < count; i++) w.loadLane(i, 4 * across * (lane + i));
      }
      w.set(value);
      w.get(target);
      w.get(value);
      w.store(4 * (Math.floor(lane / width) * width * k + (lane % width)));
    }
    increase(w, source, 4 * down);
    increase(w, target, 4 * width);
  });
}
