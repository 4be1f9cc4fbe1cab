import type { VardropError } from '@vardrop/core';

/** Those who wait for runs. */
export interface Waits {
  /** Resolves at `settle` of this run or a later one. Rejects at `fail`. */
  add(run: number): Promise<void>;
  settle(run: number): void;
  fail(error: VardropError): void;
}

/** @param onChange called with whether anyone waits. */
export function createWaits(onChange: (anyone: boolean) => void): Waits {
  interface Wait {
    readonly run: number;
    readonly resolve: () => void;
    readonly reject: (error: VardropError) => void;
  }
  let waits: readonly Wait[] = [];
  const set = (next: readonly Wait[]) => {
    waits = next;
    onChange(waits.length > 0);
  };
  return {
    add: (run) => new Promise((resolve, reject) => set([...waits, { run, resolve, reject }])),
    settle(run) {
      for (const wait of waits) if (wait.run <= run) wait.resolve();
      set(waits.filter((wait) => wait.run > run));
    },
    fail(error) {
      for (const { reject } of waits) reject(error);
      set([]);
    },
  };
}
