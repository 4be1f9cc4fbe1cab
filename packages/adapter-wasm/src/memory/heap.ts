import { VardropError } from '@vardrop/core';
import { createGaps, type Gap } from './gaps.js';

/** Memory of one tensor. Several handles may own it. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
  owners: number;
}

/** The order of runs: each has a number, and they are done in that order. */
export interface RunOrder {
  /** The number of the last run that was started. */
  started(): number;
  /** The number of the last run that is done. */
  done(): number;
}

/** The memory in which all tensors of a backend lie. */
export interface Heap {
  /**
   * Memory for values that a run writes. It may have been freed while earlier runs still use it, since runs are done in
   * order. Throws `VARDROP_BACKEND` if there is no room.
   */
  allocate(elements: number): Block;
  /** Memory that no unfinished run uses, so that the caller may write to it at once. Throws like `allocate`. */
  allocateNow(elements: number): Block;
  /** Adds an owner. */
  share(block: Block): Block;
  /** Takes an owner away. The last one frees the memory. */
  release(block: Block): void;
  /** The first values of a block, in place. The array is valid until the next allocation. */
  values(block: Block, elements: number): Float32Array;
  /** The number of blocks that have an owner. */
  count(): number;
}

/** Blocks begin at whole cache lines. */
const line = 64;
/** Kernels may read up to this many bytes after the end of a tensor. */
const slack = 64;
const page = 65536;

/** The memory that a block of so many float32 takes. */
export const bytesOfBlock = (elements: number): number => Math.ceil((4 * elements + slack) / line) * line;

/** A heap in `memory`, from address `start` on. */
export function createHeap(name: string, memory: WebAssembly.Memory, start: number, order: RunOrder): Heap {
  const gaps = createGaps();
  let end = start;
  let blocks = 0;

  function take(elements: number, isFree: (gap: Gap) => boolean): Block {
    const bytes = bytesOfBlock(elements);
    const address = gaps.take(bytes, isFree) ?? extend(bytes, isFree);
    blocks++;
    return { address, bytes, owners: 1 };
  }

  function extend(bytes: number, isFree: (gap: Gap) => boolean): number {
    const last = gaps.takeLast(end, isFree);
    const address = last ?? end;
    try {
      const missing = address + bytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / page));
    } catch (error) {
      if (last !== undefined) gaps.add({ address: last, bytes: end - last, lastUse: order.started() });
      throw new VardropError(
        'VARDROP_BACKEND',
        `[${name}] memory: got ${Math.ceil((address + bytes) / 2 ** 20)} MiB to hold, needs less than this engine gives. Use a smaller batch, and dispose of tensors.`,
        { cause: error },
      );
    }
    end = address + bytes;
    return address;
  }

  return {
    allocate: (elements) => take(elements, () => true),
    allocateNow(elements) {
      const done = order.done();
      return take(elements, ({ lastUse }) => lastUse <= done);
    },
    share(block) {
      block.owners++;
      return block;
    },
    release(block) {
      block.owners--;
      if (block.owners > 0) return;
      blocks--;
      gaps.add({ address: block.address, bytes: block.bytes, lastUse: order.started() });
    },
    values: ({ address }, elements) => new Float32Array(memory.buffer, address, elements),
    count: () => blocks,
  };
}
