/** Runs tasks one after the other. */
export interface Queue {
  /** Runs `task` after all tasks added before, even if those failed. Settles as the task does. */
  add<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves when all tasks added so far are done. */
  idle(): Promise<void>;
}

/** Creates an empty queue. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    add(task) {
      const result = last.then(task);
      // The caller of this task sees its failure; later tasks still run.
      last = result.catch(() => undefined);
      return result;
    },
    async idle() {
      await last;
    },
  };
}
