import { limit, scaled } from './integers.js';
import type { FunctionWriter, Local } from './wasmWriter.js';

/** Nanoseconds. A shorter task is not worth giving to another thread. */
const shortestTask = 20_000;
/** Enough for an even load on many threads. */
export const mostTasks = 64;

/** Equal items of work, cut into tasks of `size` items. The last task may have fewer. */
export interface Cut {
  readonly count: number;
  readonly size: number;
  readonly tasks: number;
}

/** Cuts items that take about so many nanoseconds each. */
export function cutItems(count: number, nanoseconds: number): Cut {
  const size = Math.min(count, Math.max(Math.ceil(shortestTask / nanoseconds), Math.ceil(count / mostTasks)));
  return { count, size, tasks: Math.ceil(count / size) };
}

/** A part of a phase: its items, and what writes the code for those from `first` up to, and without, `end`. */
export interface Section {
  readonly cut: Cut;
  readonly write: (first: Local, end: Local) => void;
}

/** Writes the sections of a phase, whose tasks are numbered one section after the other. Returns the number of tasks. */
export function writeSections(w: FunctionWriter, sections: readonly Section[]): number {
  let tasks = 0;
  for (const { cut, write } of sections) {
    const [first, end] = [w.first, w.end].map((task) => {
      const item = w.i32();
      scaled(w, task, cut.size);
      w.integer(tasks * cut.size);
      w.plain('i32Sub');
      w.set(item);
      return item;
    });
    limit(w, first, 'larger', () => w.integer(0));
    limit(w, end, 'smaller', () => w.integer(cut.count));
    w.get(first);
    w.get(end);
    w.plain('i32LtS');
    w.when(() => write(first, end));
    tasks += cut.tasks;
  }
  return tasks;
}

/** Sets variables to the places of an item along the axes of a box, the outermost first. */
export function placesOf(w: FunctionWriter, item: Local, lengths: readonly number[]): Local[] {
  return lengths.map((length, axis) => {
    const place = w.i32();
    w.get(item);
    w.integer(lengths.slice(axis + 1).reduce((product, n) => product * n, 1));
    w.plain('i32DivU');
    w.integer(length);
    w.plain('i32RemU');
    w.set(place);
    return place;
  });
}
