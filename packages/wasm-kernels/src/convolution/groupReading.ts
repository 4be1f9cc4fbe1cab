import { assign } from '../write/integers.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';

/**
 * Sizes of the groups of a convolution: how many channels of the image each group reads, and how many of the result it
 * computes.
 */
export interface GroupSize {
  readonly groups: number;
  readonly perGroup: number;
  readonly outPerGroup: number;
}

/** Channels of the result that are computed together: all vectors but the last are full. */
export interface Block {
  /** The offset of the block's first channel from the first channel of all, in bytes. */
  readonly at: Local;
  /** Number of vectors of four channels. */
  readonly vectors: number;
  /** Channels of the last vector. */
  readonly count: number;
}

/** How the image channels that a block of the result reads are loaded into vectors. */
export interface GroupReading {
  /** Whether a block is slow to begin. Then each block should cover many pixels. */
  readonly beginsSlowly: boolean;
  /** Runs `visit` for blocks of all channels of the result. */
  eachBlock(out: number, visit: (block: Block) => void): void;
  /** Pops the address of a pixel, pushes the address of the channels that the block's first channel reads. */
  addStart(): void;
  /** Loads the values that a block's vectors read, starting at an address. Returns a variable for each of them. */
  load(address: Local, block: Block): readonly Local[];
}

/** Vectors of a block. Only the block of the last channels may have fewer. */
const most = 4;

/**
 * Four channels of the result read one of three things. In a depthwise convolution they read four neighbours. In a single group,
 * and in groups whose number of result channels is a multiple of four, they read one channel. In other groups they may read any
 * channels, which are loaded one by one.
 */
export function createGroupReading(w: FunctionWriter, size: GroupSize): GroupReading {
  const { groups, outPerGroup } = size;
  const isDepthwise = groups > 1 && size.perGroup === 1 && outPerGroup === 1;
  const isOfOne = groups === 1 || outPerGroup % 4 === 0;
  /** How many consecutive vectors read the same channel. */
  const alike = groups === 1 ? most : isOfOne ? ([4, 2].find((n) => outPerGroup % (4 * n) === 0) ?? 1) : 1;
  const [start, at] = [w.i32(), w.i32()];
  const factors = Array.from({ length: most }, () => w.v128());
  /** The channels of a block whose image values vector `v` needs. */
  const channelsOf = (v: number): readonly number[] =>
    isDepthwise ? [] : isOfOne ? [4 * (v - (v % alike))] : [0, 1, 2, 3].map((lane) => 4 * v + lane);
  /** For other channels than the first: the offset of their image value from that of the first, in bytes. */
  const offsets = new Map<number, Local>();
  for (const channel of factors.flatMap((_, v) => channelsOf(v))) {
    if (channel > 0 && !offsets.has(channel)) offsets.set(channel, w.i32());
  }

  const pushAddress = (address: Local, channel: number) => {
    w.get(address);
    const offset = offsets.get(channel);
    if (offset === undefined) return;
    w.get(offset);
    w.plain('i32Add');
  };

  return {
    beginsSlowly: !isDepthwise && !isOfOne,
    eachBlock(out, visit) {
      const block = (vectors: number, count: number) => {
        pushNumber(w, size, at, 0);
        w.set(start);
        const last = 4 * (vectors - 1) + count - 1;
        for (const [channel, offset] of offsets) {
          if (channel >= 4 * vectors) continue;
          // Beyond the last channel, read the value of the last one.
          pushNumber(w, size, at, Math.min(channel, last));
          w.get(start);
          w.plain('i32Sub');
          w.set(offset);
        }
        visit({ at, vectors, count });
      };
      const wide = out - (out % (4 * most));
      if (wide > 0) w.loop(at, { constant: 4 * wide }, 16 * most, () => block(most, 4));
      if (wide === out) return;
      assign(w, at, 4 * wide);
      block(Math.ceil((out - wide) / 4), ((out - 1) % 4) + 1);
    },
    addStart() {
      w.get(start);
      w.plain('i32Add');
    },
    load(address, { vectors }) {
      return factors.slice(0, vectors).map((_, v) => {
        const factor = factors[v - (v % alike)];
        if (v % alike > 0) return factor;
        const channels = channelsOf(v);
        for (const channel of channels.slice(1).reverse()) pushAddress(address, channel);
        if (isDepthwise) {
          w.get(address);
          w.load(16 * v);
        } else {
          pushAddress(address, channels[0]);
          w.loadSplat();
          for (let lane = 1; lane < channels.length; lane++) w.loadLane(lane);
        }
        w.set(factor);
        return factor;
      });
    },
  };
}

/** How many channels of a block's vector exist. */
export const channelsOfVector = ({ vectors, count }: Block, vector: number): number =>
  vector + 1 < vectors ? 4 : count;

/**
 * Pushes the offset, in bytes within a pixel, of the first image value that a channel reads. The channel is `channel`
 * places after the one at `at`.
 */
function pushNumber(w: FunctionWriter, { groups, perGroup, outPerGroup }: GroupSize, at: Local, channel: number): void {
  if (groups === 1) {
    w.integer(0);
    return;
  }
  w.get(at);
  if (perGroup === 1 && outPerGroup === 1) return;
  w.integer(4 * channel);
  w.plain('i32Add');
  w.integer(4 * outPerGroup);
  w.plain('i32DivU');
  w.integer(4 * perGroup);
  w.plain('i32Mul');
}
