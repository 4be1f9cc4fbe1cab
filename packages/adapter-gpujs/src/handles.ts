import { createHandleTable, type HandleTable } from '@vardrop/core';

/** A tensor that may still be computed. Rejects with what went wrong. Its values are shared and never written to. */
export type Pending = Promise<Float32Array>;

/** The handles that a backend has given out. What is computed for a handle that is gone is garbage, and collected. */
export type Handles = HandleTable<Pending>;

/** An empty table. */
export function createHandles(name: string): Handles {
  return createHandleTable<Pending>({ name });
}
