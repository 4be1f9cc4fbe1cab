import { createHandleTable, type HandleTable } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';

/** A tensor that may still be computed. Rejects with what went wrong. */
export type Pending = Promise<OrtTensor>;

/** The handles that a backend has given out. What is computed for a handle that is gone is garbage, and collected. */
export type Handles = HandleTable<Pending>;

/** An empty table. */
export function createHandles(name: string): Handles {
  return createHandleTable<Pending>({ name });
}
