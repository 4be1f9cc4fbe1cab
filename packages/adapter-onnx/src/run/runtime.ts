import type { Queue } from '@vardrop/core/backend';
import type { Memory } from '../memory/memory.js';
import type { OnnxDevice, Ort, SessionOptions } from '../ort.js';

/** A loaded runtime, and the options of its sessions. */
export interface Runtime {
  readonly ort: Ort;
  readonly device: OnnxDevice;
  readonly sessionOptions: SessionOptions;
  readonly memory: Memory;
  /** Turns that a loop was seen to make, see `Supports.turns`; only for a page's GPU. */
  readonly turns?: number;
  /** The least numbers of a training state for which the end of a step leaves the runtime; a default where left out. */
  readonly leastTail?: number;
  /** The queue of all work that occupies the runtime. */
  readonly queue: Queue;
}
