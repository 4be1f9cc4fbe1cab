import { VardropError } from '@vardrop/core';
import type { Tensor, Tensors } from '@vardrop/core/backend';
import type { TensorId, TensorIds } from './protocol.js';

/** The tensor of an id, or why there is none. */
type Entry = { readonly tensor: Tensor } | { readonly failure: unknown };

/** The worker's tensors, by the caller's ids. */
export interface TensorTable {
  set(id: TensorId, entry: Entry): void;
  /** Sets each of these by its name. */
  setAll(ids: TensorIds, entryOf: (name: string) => Entry): void;
  /** Throws `VARDROP_DISPOSED` for an unknown id, and the failure of one that has no tensor. */
  get(id: TensorId): Tensor;
  getAll(ids: TensorIds): Tensors;
  /** Removes an id. Returns its tensor, if it has one. */
  remove(id: TensorId): Tensor | undefined;
}

/** An empty table. */
export function createTensorTable(): TensorTable {
  const entries = new Map<TensorId, Entry>();
  const get = (id: TensorId): Tensor => {
    const entry = entries.get(id);
    if (entry === undefined) {
      throw new VardropError('VARDROP_DISPOSED', `[onnx] worker: got tensor ${id}, which it does not hold.`);
    }
    if ('failure' in entry) throw entry.failure;
    return entry.tensor;
  };
  return {
    get,
    getAll: (ids) => Object.fromEntries([...ids].map(([name, id]) => [name, get(id)])),
    set: (id, entry) => void entries.set(id, entry),
    setAll(ids, entryOf) {
      for (const [name, id] of ids) entries.set(id, entryOf(name));
    },
    remove(id) {
      const entry = entries.get(id);
      entries.delete(id);
      return entry && 'tensor' in entry ? entry.tensor : undefined;
    },
  };
}
