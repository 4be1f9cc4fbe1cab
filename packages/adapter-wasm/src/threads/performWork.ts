import type { Meeting } from './meeting.js';
import type { Segment, Work } from './segment.js';

/** A program whose module is instantiated. */
export interface LoadedWork {
  /** Does a run. `tables` has the addresses of each iteration. */
  run(tables: readonly Uint32Array[], meeting?: Meeting): void;
}

/** A generated function: addresses, then the first task and the task after the last. */
type Kernel = (...parameters: number[]) => void;

/** Binds the work of a program to the functions of its module. */
export function loadWork(work: Work, exports: WebAssembly.Exports): LoadedWork {
  const bind = (segments: readonly Segment[]) =>
    segments.map(({ calls, tasks }) => ({
      tasks,
      calls: calls.map(
        ({ name, slots }): BoundCall => ({
          kernel: exports[name] as Kernel,
          slots,
          parameters: new Array<number>(slots.length + 2).fill(0),
        }),
      ),
    }));
  const once = bind(work.once);
  const each = bind(work.each);

  const perform = (segments: typeof each, table: Uint32Array, meeting?: Meeting) => {
    for (const { calls, tasks } of segments) {
      let next = 0;
      const takeTask = () => (meeting ? meeting.takeTask() : next++);
      // One call for each task: an engine runs its optimized code only from the next call on.
      for (let task = takeTask(); task < tasks; task = takeTask()) {
        for (const call of calls) runTask(call, table, task);
      }
      meeting?.meet();
    }
  };
  return {
    run(tables, meeting) {
      perform(once, tables[0], meeting);
      for (const table of tables) perform(each, table, meeting);
    },
  };
}

/** A call whose parameters are filled in for each task. */
interface BoundCall {
  readonly kernel: Kernel;
  readonly slots: readonly number[];
  readonly parameters: number[];
}

function runTask({ kernel, slots, parameters }: BoundCall, table: Uint32Array, task: number): void {
  for (let i = 0; i < slots.length; i++) parameters[i] = table[slots[i]];
  parameters[slots.length] = task;
  parameters[slots.length + 1] = task + 1;
  kernel(...parameters);
}
