import { operationCost } from '@vardrop/core/program';
import { addScaled, assign } from '../write/integers.js';
import type { Local } from '../write/wasmWriter.js';
import { initialValue, type LoopWriting, type Reduction } from './loopWriting.js';
import { writeTurn } from './writeTurn.js';

/** Shorter rows are computed one vector at a time. */
const fewestUnrolled = 32;

/**
 * The innermost loop: one row of every tensor, selected by the counters of the outer loops.
 *
 * @param start where the outermost counter starts in this task, if it has several turns
 */
export function writeRow(writing: LoopWriting, counters: readonly Local[], start?: Local): void {
  const { w, loop, reductions, rest, mask } = writing;
  moveToRow(writing, counters);
  for (const reduction of reductions) startReduction(writing, reduction, counters, start);
  if (loop.partial === undefined) writeVectors(writing);
  else writeVectorsOfBlock(writing, counters[0], loop.partial);
  if (loop.lengths[loop.lengths.length - 1] % 4 !== 0 || (loop.partial ?? 0) % 4 !== 0) {
    w.get(rest);
    w.when(() => {
      w.get(rest);
      w.simd('i32x4Splat');
      w.integers([0, 1, 2, 3]);
      w.simd('i32x4GtS');
      w.set(mask);
      writeTurn(writing, true);
    });
  }
  for (const reduction of reductions) finishReduction(writing, reduction);
}

/** Sets the addresses of the tensors' rows, and loads operands with one element per row. */
function moveToRow({ w, loop, origins, bases, splats }: LoopWriting, counters: readonly Local[]): void {
  bases.forEach((base, tensor) => {
    w.get(origins[tensor]);
    counters.forEach((counter, axis) => {
      const step = loop.steps[tensor][axis];
      if (step !== 0) addScaled(w, counter, 4 * step);
    });
    w.set(base);
    const splat = splats[tensor];
    if (splat !== undefined) {
      w.get(base);
      w.loadSplat();
      w.set(splat);
    }
  });
}

/** Finds out whether this is the first row that a reduction adds up, and starts the sum of a row. */
function startReduction(
  { w }: LoopWriting,
  { node, sums, outerAxes, going }: Reduction,
  counters: readonly Local[],
  start?: Local,
): void {
  outerAxes.forEach((axis, i) => {
    w.get(counters[axis]);
    if (axis === 0 && start !== undefined) {
      w.get(start);
      w.plain('i32Sub');
    }
    if (i > 0) w.plain('i32Or');
  });
  if (outerAxes.length > 0) {
    // All bits, or none.
    w.integer(0);
    w.plain('i32Ne');
    w.set(going);
    w.integer(0);
    w.get(going);
    w.plain('i32Sub');
    w.set(going);
  }
  for (const sum of sums ?? []) {
    w.floats(initialValue[node.op]);
    w.set(sum);
  }
}

/** Whether two vectors side by side are faster than one, since values wait for each other. */
const waits = ({ group, nodes, reductions }: LoopWriting) =>
  group.nodes.some((id) => operationCost[nodes[id].op] === 'expensive') || reductions.some(({ sums }) => sums);

/** The vectors of a row of fixed length; sets `rest`. */
function writeVectors(writing: LoopWriting): void {
  const { w, loop, offset, rest } = writing;
  const length = loop.lengths[loop.lengths.length - 1];
  const pairs = waits(writing) && length >= fewestUnrolled ? length - (length % 8) : 0;
  if (pairs > 0) {
    w.loop(offset, { constant: 4 * pairs }, 32, () => writeTurn(writing, false, 2));
    // One vector is left if the length does not end with a full pair of vectors.
    if (length - pairs >= 4) {
      writeTurn(writing, false);
      assign(w, offset, 4 * (pairs + 4));
    }
  } else if (length >= 4) {
    w.loop(offset, { constant: 4 * (length - (length % 4)) }, 16, () => writeTurn(writing, false));
  } else assign(w, offset, 0);
  assign(w, rest, length % 4);
}

/**
 * The vectors of a block; sets `rest`. The last block has only `partial` elements. Every other block has at least 4096.
 */
function writeVectorsOfBlock(writing: LoopWriting, block: Local, partial: number): void {
  const { w, loop, offset, rest } = writing;
  const count = w.i32();
  w.integer(partial);
  w.integer(loop.lengths[loop.lengths.length - 1]);
  w.get(block);
  w.integer(loop.lengths[0] - 1);
  w.plain('i32LtU');
  // select(a, b, c) is a if c is not 0.
  const isFull = w.i32();
  w.set(isFull);
  w.set(count);
  w.set(rest);
  w.get(count);
  w.get(rest);
  w.get(isFull);
  w.plain('select');
  w.set(count);
  w.get(count);
  w.integer(3);
  w.plain('i32And');
  w.set(rest);
  w.get(count);
  w.get(rest);
  w.plain('i32Sub');
  w.integer(4);
  w.plain('i32Mul');
  const limit = w.i32();
  w.set(limit);
  if (!waits(writing)) {
    w.loop(offset, limit, 16, () => writeTurn(writing, false));
    return;
  }
  const pairs = w.i32();
  w.get(limit);
  w.integer(-32);
  w.plain('i32And');
  w.set(pairs);
  w.loop(offset, pairs, 32, () => writeTurn(writing, false, 2));
  w.get(limit);
  w.get(pairs);
  w.plain('i32Sub');
  w.when(() => {
    writeTurn(writing, false);
    w.get(limit);
    w.set(offset);
  });
}

/** Combines the partial results of a row with what earlier rows gave. */
function finishReduction({ w, bases }: LoopWriting, { node, tensor, sums, outerAxes, going }: Reduction): void {
  if (sums === undefined) return;
  const [sum, other] = sums;
  w.get(sum);
  w.get(other);
  w.simd(node.op === 'reduceSum' ? 'add' : 'max');
  w.set(sum);
  const combine = node.op === 'reduceSum' ? 'f32Add' : 'f32Max';
  w.get(bases[tensor]);
  for (const pair of [0, 2]) {
    for (const lane of [pair, pair + 1]) {
      w.get(sum);
      w.lane(lane);
    }
    w.plain(combine);
  }
  w.plain(combine);
  if (outerAxes.length > 0) {
    const before = w.v128();
    w.get(bases[tensor]);
    w.loadSplat();
    w.floats(initialValue[node.op]);
    w.get(going);
    w.simd('i32x4Splat');
    w.simd('bitselect');
    w.set(before);
    w.get(before);
    w.lane(0);
    w.plain(combine);
  }
  w.storeFloat();
}
