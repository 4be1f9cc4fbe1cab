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
      calls: calls.map(({ name, slots, tasks: all }) => ({
        kernel: exports[name] as Kernel,
        slots,
        parameters: new Array<number>(slots.length + 2).fill(0),
        tasks: all,
      })),
    }));
  const once = bind(work.once);
  const each = bind(work.each);

  const perform = (segments: typeof each, table: Uint32Array, meeting?: Meeting) => {
    for (const { calls, tasks } of segments) {
      if (meeting === undefined) for (const call of calls) runTasks(call, table, 0, call.tasks);
      else {
        for (let task = meeting.takeTask(); task < tasks; task = meeting.takeTask()) {
          if (tasks === 1) for (const call of calls) runTasks(call, table, 0, 1);
          else runTasks(calls[0], table, task, task + 1);
        }
        meeting.meet();
      }
    }
  };
  return {
    run(tables, meeting) {
      perform(once, tables[0], meeting);
      for (const table of tables) perform(each, table, meeting);
    },
  };
}

function runTasks(
  call: { readonly kernel: Kernel; readonly slots: readonly number[]; readonly parameters: number[] },
  table: Uint32Array,
  first: number,
  end: number,
): void {
  const { kernel, slots, parameters } = call;
  for (let i = 0; i < slots.length; i++) parameters[i] = table[slots[i]];
  parameters[slots.length] = first;
  parameters[slots.length + 1] = end;
  kernel(...parameters);
}
