import { createHandleTable, type HandleTable } from '@vardrop/core/backend';
import type { Pending, Shares } from './shares.js';

/**
 * The handles that a backend has given out. Each holds its tensor, from when it is computed until the handle is
 * disposed of.
 */
export type Handles = HandleTable<Pending>;

/** An empty table. */
export function createHandles(name: string, shares: Shares): Handles {
  return createHandleTable<Pending>({ name, free: shares.releasePending });
}
