import { type LoadedWork, loadWork } from './performWork.js';
import type { Work } from './segment.js';

/** The threads that run programs. Runs have numbers from 1 on and are done in order. */
export interface Team {
  readonly threads: number;
  /** The number of the last run that was started. */
  started(): number;
  /** The number of the last run that is done. */
  done(): number;
  /** Gives every thread a program. */
  load(id: number, module: WebAssembly.Module, work: Work): Promise<void>;
  /** Starts a run of a program, with the addresses of each iteration. */
  run(id: number, tables: readonly Uint32Array[]): void;
  /** Forgets a program, after the runs that were started. */
  unload(id: number): void;
  /** Resolves once a run is done. Rejects with `VARDROP_DEVICE_LOST` if a thread has ended. */
  until(run: number): Promise<void>;
  /** Throws `VARDROP_DEVICE_LOST` if a thread has ended. */
  check(who: string): void;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** A team of the calling thread alone: a run is done when `run` returns. */
export function createSingleTeam(memory: WebAssembly.Memory): Team {
  const programs = new Map<number, LoadedWork>();
  let runs = 0;
  return {
    threads: 1,
    started: () => runs,
    done: () => runs,
    async load(id, module, work) {
      const { exports } = await WebAssembly.instantiate(module, { m: { m: memory } });
      programs.set(id, loadWork(work, exports));
    },
    run(id, tables) {
      runs++;
      programs.get(id)?.run(tables);
    },
    unload: (id) => void programs.delete(id),
    until: async () => undefined,
    check: () => undefined,
    close: async () => programs.clear(),
  };
}
