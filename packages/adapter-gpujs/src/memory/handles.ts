import { createHandleTable, type HandleTable } from '@vardrop/core/backend';
import type { Stored } from './stored.js';

/** A tensor that may still be computed. Rejects with what went wrong. */
export type Pending = Promise<Stored>;

/** The handles that a backend has given out; each owns what stands behind it. */
export type Handles = HandleTable<Pending>;

/** An empty table. */
export function createHandles(name: string): Handles {
  return createHandleTable<Pending>({
    name,
    // What has been asked of a tensor before is done first: promises settle in the order in which they were waited for.
    free: (pending) => void pending.then((stored) => stored.release()).catch(() => undefined),
  });
}
