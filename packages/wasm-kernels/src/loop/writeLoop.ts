import type { BoundProgram } from '@vardrop/core/program';
import { type Kernel, wholeKernel } from '../kernel.js';
import { nestLoops } from '../write/nestLoops.js';
import type { Group } from './groups.js';
import { initialValue, isReduction, startLoop } from './loopWriting.js';
import { writeRow } from './writeRow.js';

/**
 * The function that computes a group. Its parameters are the addresses of its operands, then of its results. Results of
 * reductions already hold `initialValue`. A turn computes four elements. The end of a row (1 to 3 elements) is computed
 * as four elements and written one by one. It reads at most 12 bytes past the end of a tensor, which is inside the
 * heap.
 */
export function writeLoop({ nodes }: BoundProgram, group: Group): Kernel {
  const writing = startLoop(nodes, group);
  const { w, loop } = writing;
  nestLoops(w, loop.lengths.slice(0, -1), (counters) => writeRow(writing, counters));
  const results = group.results.map((id) => {
    const node = nodes[id];
    const shape = node.shape;
    return isReduction(node) ? { shape, initial: initialValue[node.op] } : { shape };
  });
  return wholeKernel(w, results);
}
