import type { BoundProgram } from '@vardrop/core/program';
import { createKernel, type Kernel } from '../kernel.js';
import { addScaled, limit, scaled } from '../write/integers.js';
import { nestLoops } from '../write/nestLoops.js';
import type { Local } from '../write/wasmWriter.js';
import { combinePartials } from './combinePartials.js';
import type { Group } from './groups.js';
import { type LoopWriting, startLoop } from './loopWriting.js';
import { writeRow } from './writeRow.js';

/**
 * The kernel that computes a group. A task runs some turns of the outermost axis. Where it reduces that axis, it leaves a partial
 * result in the scratch memory, and a second phase combines these. A turn computes four elements. The end of a row (1 to 3
 * elements) is computed as four elements and written one by one. It reads at most 12 bytes past the end of a tensor, which
 * is inside the heap.
 */
export function writeLoop({ nodes }: BoundProgram, group: Group): Kernel {
  const writing = startLoop(nodes, group);
  const { w, loop, scratch } = writing;
  if (loop.tasks === 1) nestLoops(w, loop.lengths.slice(0, -1), (counters) => writeRow(writing, counters));
  else writeTasks(writing);
  const results = group.results.map((id) => ({ shape: nodes[id].shape }));
  const work = { code: w, tasks: loop.tasks };
  return scratch === 0
    ? createKernel([work], results)
    : createKernel([work, combinePartials(writing)], results, scratch);
}

function writeTasks(writing: LoopWriting): void {
  const { w, loop } = writing;
  const [length, ...inner] = loop.lengths.slice(0, -1);
  const task = w.i32();
  w.loop(
    task,
    w.end,
    1,
    () => {
      moveToPartials(writing, task);
      if (loop.turns === 1) {
        nestLoops(w, inner, (counters) => writeRow(writing, [task, ...counters]), []);
        return;
      }
      const [turn, start, end] = [w.i32(), w.i32(), w.i32()];
      scaled(w, task, loop.turns);
      w.set(start);
      w.get(start);
      w.integer(loop.turns);
      w.plain('i32Add');
      w.set(end);
      limit(w, end, 'smaller', () => w.integer(length));
      w.loop(
        turn,
        end,
        1,
        () => nestLoops(w, inner, (counters) => writeRow(writing, [turn, ...counters], start)),
        start,
      );
    },
    w.first,
  );
}

/** Sets the addresses of the task's partial results. */
function moveToPartials({ w, reductions, origins }: LoopWriting, task: Local): void {
  const scratch = w.first - 1;
  for (const { tensor, partial } of reductions) {
    if (partial === undefined) continue;
    w.get(scratch);
    w.integer(4 * partial.offset);
    w.plain('i32Add');
    addScaled(w, task, 4 * partial.stride);
    w.set(origins[tensor]);
  }
}
