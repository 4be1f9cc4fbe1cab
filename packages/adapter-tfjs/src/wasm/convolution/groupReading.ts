import { assign } from '../integers.js';
import type { FunctionWriter, Local } from '../wasmWriter.js';

/** Sizes of the groups of a convolution: how many channels of the image each reads, and how many of the result it makes. */
export interface GroupSize {
  readonly perGroup: number;
  readonly outPerGroup: number;
}

/** Channels of the result that are computed in one go. */
export interface Block {
  /** How far behind the first the block's first channel is, in bytes. */
  readonly at: Local;
  /** How many times four channels. */
  readonly vectors: number;
  /** Channels of the last vector. */
  readonly count: number;
}

/** How the channels of an image that some of the result's read get into vectors. */
export interface GroupReading {
  /** Runs `visit` for blocks of all channels of the result. */
  eachBlock(out: number, visit: (block: Block) => void): void;
  /** Pops the address of a pixel, pushes that of the channels that the block's first reads. */
  addStart(): void;
  /** Loads what a block's vectors read, from so many bytes behind an address on; gives a variable for each of them. */
  load(address: Local, block: Block, behind?: number): readonly Local[];
}

/**
 * Four channels of the result read either four neighbours, in a depthwise convolution; or one channel, in groups that
 * have multiples of four; or any, which are read one by one.
 */
export function createGroupReading(w: FunctionWriter, { perGroup, outPerGroup }: GroupSize): GroupReading {
  const isDepthwise = perGroup === 1 && outPerGroup === 1;
  const isOfOne = outPerGroup % 4 === 0;
  const most = isDepthwise ? 4 : isOfOne ? ([4, 2].find((n) => outPerGroup % (4 * n) === 0) ?? 1) : 1;
  const start = w.i32();
  const at = w.i32();
  const factors = Array.from({ length: isOfOne ? 1 : most }, () => w.v128());
  /** How far behind the first lane's channel the others' are. */
  const lanes = isDepthwise || isOfOne ? [] : Array.from({ length: 3 }, () => w.i32());

  /** Pushes the address, in bytes, of what the channel `lane` behind `at` reads, behind the pixel's. */
  const pushChannel = (lane: number) => {
    w.get(at);
    w.integer(4 * lane);
    w.plain('i32Add');
    w.integer(4 * outPerGroup);
    w.plain('i32DivU');
    w.integer(4 * perGroup);
    w.plain('i32Mul');
  };
  const begin = (count: number) => {
    if (isDepthwise) w.get(at);
    else pushChannel(0);
    w.set(start);
    lanes.forEach((lane, i) => {
      // Beyond the last channel the last one is read.
      pushChannel(Math.min(i + 1, count - 1));
      w.get(start);
      w.plain('i32Sub');
      w.set(lane);
    });
  };

  return {
    eachBlock(out, visit) {
      const block = (vectors: number, count: number) => {
        begin(count);
        visit({ at, vectors, count });
      };
      const wide = out - (out % (4 * most));
      if (wide > 0) w.loop(at, { constant: 4 * wide }, 16 * most, () => block(most, 4));
      for (let channel = wide; channel < out; channel += 4) {
        assign(w, at, 4 * channel);
        block(1, Math.min(4, out - channel));
      }
    },
    addStart() {
      w.get(start);
      w.plain('i32Add');
    },
    load(address, { vectors }, behind = 0) {
      const loaded = Array.from({ length: vectors }, (_, v) => factors[isOfOne ? 0 : v]);
      for (const [v, factor] of [...new Set(loaded)].entries()) {
        for (const lane of [...lanes].reverse()) {
          w.get(address);
          w.get(lane);
          w.plain('i32Add');
        }
        w.get(address);
        if (isDepthwise) w.load(16 * v + behind);
        else w.loadSplat(behind);
        lanes.forEach((_, i) => {
          w.loadLane(i + 1, behind);
        });
        w.set(factor);
      }
      return loaded;
    },
  };
}
