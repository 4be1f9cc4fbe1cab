import type { Block, Heap } from './heap.js';

/** The memory for values that only a run sees. All programs share it, since runs are done one after the other. */
export interface Arena {
  /** Makes room for a program, until `giveBack`. */
  reserve(elements: number): void;
  giveBack(elements: number): void;
  /** The address of the memory. It may change when a program is added or taken away. */
  address(): number;
}

/** An arena in `heap` that is as large as the largest program needs. */
export function createArena(heap: Heap): Arena {
  const wishes: number[] = [];
  let block: Block | undefined;
  let size = 0;
  const fit = () => {
    const needed = Math.max(0, ...wishes);
    if (needed === size) return;
    const next = needed > 0 ? heap.allocate(needed) : undefined;
    if (block) heap.release(block);
    block = next;
    size = needed;
  };
  return {
    reserve(elements) {
      wishes.push(elements);
      try {
        fit();
      } catch (error) {
        wishes.pop();
        throw error;
      }
    },
    giveBack(elements) {
      wishes.splice(wishes.indexOf(elements), 1);
      fit();
    },
    address: () => block?.address ?? 0,
  };
}
