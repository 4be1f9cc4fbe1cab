import type { Tensor as OrtTensor } from 'onnxruntime-web';

/**
 * Who uses the runtime's tensors: handles, and runs that have been asked for. The last one that lets go of a tensor frees
 * it. Callbacks on one promise are called in the order in which they were given, so that a run may hold on to a tensor
 * that is still to come, and its owner let go of it right after.
 */
export interface Shares {
  hold(tensor: OrtTensor): OrtTensor;
  letGo(tensor: OrtTensor): void;
  /** Holds a tensor once it is there. */
  holdPending(pending: Pending): void;
  /** Lets go of a tensor once it is there; of one that never comes there is nothing to free. */
  letGoPending(pending: Pending): void;
  /** Lets go of everything, on whoever's behalf. */
  freeAll(): void;
  /** How many tensors somebody uses. */
  count(): number;
}

/** Nobody uses anything yet. */
export function createShares(free: (tensor: OrtTensor) => void): Shares {
  const holders = new Map<OrtTensor, number>();

  function hold(tensor: OrtTensor): OrtTensor {
    holders.set(tensor, (holders.get(tensor) ?? 0) + 1);
    return tensor;
  }
  function letGo(tensor: OrtTensor): void {
    const known = holders.get(tensor);
    // After `freeAll` nobody holds anything, whoever still says so.
    if (known === undefined) return;
    if (known > 1) {
      holders.set(tensor, known - 1);
      return;
    }
    holders.delete(tensor);
    free(tensor);
  }
  const nothing = () => undefined;

  return {
    hold,
    letGo,
    holdPending: (pending) => void pending.then(hold, nothing),
    letGoPending: (pending) => void pending.then(letGo, nothing),
    freeAll() {
      for (const tensor of holders.keys()) free(tensor);
      holders.clear();
    },
    count: () => holders.size,
  };
}

/** A tensor that may still be computed. Rejects with what went wrong. */
export type Pending = Promise<OrtTensor>;
