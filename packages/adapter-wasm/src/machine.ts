import type { ModuleOptions } from '@vardrop/wasm-kernels';
import type { Arena } from './memory/arena.js';
import { createArena } from './memory/arena.js';
import { createHeap, type Heap } from './memory/heap.js';
import { reservedBytes } from './threads/meeting.js';
import type { Team } from './threads/team.js';

/** What a backend computes with: a memory, and the threads that work on it. */
export interface Machine {
  readonly name: string;
  readonly heap: Heap;
  readonly arena: Arena;
  readonly team: Team;
  /** How modules are written: for a memory that threads share or not, with relaxed SIMD or without. */
  readonly modules: ModuleOptions;
  /** Prepares and starts a run, whose number it hands to `start`. What is freed meanwhile counts as used by that run. */
  startRun<T>(start: (number: number) => T): T;
}

/** Joins a memory and a team. */
export function createMachine(name: string, memory: WebAssembly.Memory, team: Team, modules: ModuleOptions): Machine {
  let starting: number | undefined;
  const order = { started: () => starting ?? team.started(), done: () => team.done() };
  const heap = createHeap(name, memory, reservedBytes, order);
  return {
    name,
    heap,
    arena: createArena(heap),
    team,
    modules,
    startRun(start) {
      starting = team.started() + 1;
      try {
        return start(starting);
      } finally {
        starting = undefined;
      }
    },
  };
}
