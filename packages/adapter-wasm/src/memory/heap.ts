import { VardropError } from '@vardrop/core';

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

/** Free memory, and the last run that may still use it. */
interface Gap {
  address: number;
  bytes: number;
  lastUse: number;
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
  const gaps: Gap[] = [];
  let end = start;
  let blocks = 0;

  /** The smallest gap with room. */
  function find(bytes: number, isFree: (gap: Gap) => boolean): number {
    let best = -1;
    gaps.forEach((gap, i) => {
      if (gap.bytes >= bytes && isFree(gap) && (best < 0 || gap.bytes < gaps[best].bytes)) best = i;
    });
    return best;
  }

  function take(elements: number, isFree: (gap: Gap) => boolean): Block {
    const bytes = bytesOfBlock(elements);
    const found = find(bytes, isFree);
    blocks++;
    if (found >= 0) {
      const gap = gaps[found];
      const { address } = gap;
      gap.address += bytes;
      gap.bytes -= bytes;
      if (gap.bytes === 0) gaps.splice(found, 1);
      return { address, bytes, owners: 1 };
    }
    const last = gaps.at(-1);
    const extends_ = last !== undefined && last.address + last.bytes === end && isFree(last);
    const address = extends_ ? last.address : end;
    growTo(address + bytes);
    if (extends_) gaps.pop();
    end = address + bytes;
    return { address, bytes, owners: 1 };
  }

  function growTo(size: number): void {
    const missing = size - memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      memory.grow(Math.ceil(missing / page));
    } catch (error) {
      blocks--;
      throw new VardropError(
        'VARDROP_BACKEND',
        `[${name}] memory: got ${Math.ceil(size / 2 ** 20)} MiB to hold, needs less than this engine gives. Use a smaller batch, and dispose of tensors.`,
        { cause: error },
      );
    }
  }

  function free({ address, bytes }: Block): void {
    let at = gaps.findIndex((gap) => gap.address > address);
    if (at < 0) at = gaps.length;
    const gap: Gap = { address, bytes, lastUse: order.started() };
    gaps.splice(at, 0, gap);
    for (const i of [at, at - 1]) {
      const [low, high] = [gaps[i], gaps[i + 1]];
      if (low === undefined || high === undefined || low.address + low.bytes !== high.address) continue;
      low.bytes += high.bytes;
      low.lastUse = Math.max(low.lastUse, high.lastUse);
      gaps.splice(i + 1, 1);
    }
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
      free(block);
    },
    values: ({ address }, elements) => new Float32Array(memory.buffer, address, elements),
    count: () => blocks,
  };
}
