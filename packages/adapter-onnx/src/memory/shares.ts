import type { Tensor as OrtTensor } from 'onnxruntime-web';

/**
 * Counts who uses the runtime's tensors: handles, and runs that have been asked for. The last release of a tensor frees it.
 * Callbacks of a promise are called in the order in which they were added. So a run may hold a tensor that is still to
 * come, and its owner may release it right after.
 */
export interface Shares {
  /** Adds a user. Returns the tensor. */
  hold(tensor: OrtTensor): OrtTensor;
  /** Removes a user. */
  release(tensor: OrtTensor): void;
  /** Holds a tensor once it is computed. */
  holdPending(pending: Pending): void;
  /** Releases a tensor once it is computed; if that fails, there is nothing to free. */
  releasePending(pending: Pending): void;
  /** Frees all tensors, whoever uses them. */
  freeAll(): void;
  /** Number of tensors in use. */
  count(): number;
}

/** Shares of no tensors; `free` frees one. */
export function createShares(free: (tensor: OrtTensor) => void): Shares {
  const users = new Map<OrtTensor, number>();

  function hold(tensor: OrtTensor): OrtTensor {
    users.set(tensor, (users.get(tensor) ?? 0) + 1);
    return tensor;
  }
  function release(tensor: OrtTensor): void {
    const known = users.get(tensor);
    // After `freeAll`, users still release what they held.
    if (known === undefined) return;
    if (known > 1) {
      users.set(tensor, known - 1);
      return;
    }
    users.delete(tensor);
    free(tensor);
  }
  const nothing = () => undefined;

  return {
    hold,
    release,
    holdPending: (pending) => void pending.then(hold, nothing),
    releasePending: (pending) => void pending.then(release, nothing),
    freeAll() {
      for (const tensor of users.keys()) free(tensor);
      users.clear();
    },
    count: () => users.size,
  };
}

/** A tensor that may still be computed. Rejects with what went wrong. */
export type Pending = Promise<OrtTensor>;
