import { createHandleTable, type HandleTable } from '@vardrop/core/backend';
import type { Stored } from './stored.js';

/** A tensor that may still be computed. Rejects with what went wrong. */
export type Pending = Promise<Stored>;

/** The handles that a backend has given out; each owns its tensor. */
export type Handles = HandleTable<Pending>;

/** An empty table. */
export function createHandles(name: string): Handles {
  return createHandleTable<Pending>({
    name,
    // Earlier requests for the tensor come first: callbacks of a promise run in the order in which they were added.
    free: (pending) => void pending.then((stored) => stored.release()).catch(() => undefined),
  });
}
