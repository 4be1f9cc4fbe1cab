/** Tasks done one after the other. */
export interface Queue {
  /** Does `task` after all that was added before, whether that failed or not; resolves or rejects as the task does. */
  add<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves when all that was added so far is done. */
  idle(): Promise<void>;
}

/** A queue with nothing to do. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    add(task) {
      const result = last.then(task);
      // A failure is whoever's asked for the result; those that come after go on.
      last = result.catch(() => undefined);
      return result;
    },
    async idle() {
      await last;
    },
  };
}
