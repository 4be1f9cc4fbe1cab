import type { Phase } from '../kernel.js';
import { addScaled, increase } from '../write/integers.js';
import { cutItems, type Section, writeSections } from '../write/tasks.js';
import { storeFirst } from '../write/walkRow.js';
import { createFunction, type Local } from '../write/wasmWriter.js';

/** Elements that are added up together: a cache line. */
const together = 16;

/** Tensors of `size` elements, one after the other, `before` elements after an address. */
interface Slots {
  readonly slots: number;
  readonly size: number;
  readonly source: Local;
  readonly before: number;
  readonly target: Local;
}

/** A phase that adds up tensors, in their order. */
export function sumSlots(addresses: number, { slots, size, source, before, target }: Slots): Phase {
  const w = createFunction(addresses);
  const [item, from, to] = [w.i32(), w.i32(), w.i32()];
  const sums = Array.from({ length: together / 4 }, () => w.v128());
  /** So many groups of elements, from an element on. */
  const elements = (groups: number, start: number, width: number): Section => {
    const vectors = Math.ceil(width / 4);
    const add = () => {
      for (const [local, tensor, distance] of [
        [from, source, before],
        [to, target, 0],
      ]) {
        w.get(tensor);
        addScaled(w, item, 4 * together);
        w.integer(4 * (start + distance));
        w.plain('i32Add');
        w.set(local);
      }
      for (let v = 0; v < vectors; v++) {
        w.floats(0);
        w.set(sums[v]);
      }
      w.loop(w.i32(), { constant: slots }, 1, () => {
        for (let v = 0; v < vectors; v++) {
          w.get(sums[v]);
          w.get(from);
          w.load(16 * v);
          w.simd('add');
          w.set(sums[v]);
        }
        increase(w, from, 4 * size);
      });
      for (let v = 0; v < vectors; v++) {
        storeFirst(w, Math.min(4, width - 4 * v), () => w.get(to), sums[v], 16 * v);
      }
    };
    return {
      cut: cutItems(groups, 2 * slots * vectors),
      write: (first, end) => w.loop(item, end, 1, add, first),
    };
  };
  const rest = size % together;
  const groups = (size - rest) / together;
  const tasks = writeSections(w, [
    ...(groups > 0 ? [elements(groups, 0, together)] : []),
    ...(rest > 0 ? [elements(1, size - rest, rest)] : []),
  ]);
  return { code: w, tasks };
}
