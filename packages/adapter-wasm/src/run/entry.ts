import type { Block } from '../memory/heap.js';

/** What is behind a handle. */
export interface Entry {
  readonly block: Block;
  /** The run that writes the values; 0 if they are there. */
  readonly run: number;
}
