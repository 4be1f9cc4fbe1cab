import { VardropError } from '../errors.js';
import { createQueue } from './queue.js';

/** Uses of something that holds memory of a backend. They run one after the other; none starts after `dispose`. */
export interface SerialUses {
  /**
   * Runs `task` after the tasks added before, even if those failed. Rejects with `VARDROP_DISPOSED`, without running
   * it, if `dispose` was called before its turn.
   */
  add<T>(task: () => Promise<T>): Promise<T>;
  /**
   * Frees the memory now, or at the end of the task in progress. Waiting tasks are refused. A second call has no
   * effect.
   */
  dispose(): void;
}

/**
 * @param who the owner and how to get another one, for messages: `{ name: 'trainer', remedy: 'Create a new trainer' }`
 * @param free called once
 */
export function createSerialUses(
  who: { readonly name: string; readonly remedy: string },
  free: () => void,
): SerialUses {
  const queue = createQueue();
  let pending = 0;
  let disposed = false;
  let freed = false;
  const freeWhenDone = () => {
    if (!disposed || freed) return;
    freed = true;
    free();
  };
  return {
    add(task) {
      pending++;
      return queue.add(async () => {
        try {
          if (disposed) {
            throw new VardropError(
              'VARDROP_DISPOSED',
              `[${who.name}] use: got a call after dispose, or one that still waited then, needs one that is not disposed of. ${who.remedy}.`,
            );
          }
          return await task();
        } finally {
          pending--;
          freeWhenDone();
        }
      });
    },
    dispose() {
      disposed = true;
      if (pending === 0) freeWhenDone();
    },
  };
}
