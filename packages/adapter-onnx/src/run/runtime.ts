import type { Queue } from '@vardrop/core/backend';
import type { Memory } from '../memory/memory.js';
import type { OnnxDevice, Ort, SessionOptions } from '../ort.js';

/** A runtime that has been loaded, and what its sessions are made with. */
export interface Runtime {
  readonly ort: Ort;
  readonly device: OnnxDevice;
  readonly sessionOptions: SessionOptions;
  readonly memory: Memory;
  /** Turns that a loop was seen to make, see `Supports.turns`; absent but on a GPU of a page. */
  readonly turns?: number;
  /** In which everything is done that occupies the runtime. */
  readonly queue: Queue;
}
