import type { NodeOf, NodeShapes } from '@vardrop/core/program';
import { createKernel, type Kernel } from '../kernel.js';
import { scaled } from '../write/integers.js';
import { storeFour } from '../write/storeFour.js';
import { cutItems, writeSections } from '../write/tasks.js';
import { createFunction, type Local } from '../write/wasmWriter.js';
import {
  addressOf,
  countCells,
  createWindowWalk,
  nanosecondsPerLine,
  visitCells,
  type WindowWalk,
  walkWindows,
} from './windowWalk.js';

/**
 * The gradient of a pooling. It adds to the image's gradient window by window. For a
 * maximum, the first maximum of a window in row-major order gets the whole gradient; a NaN counts as larger than any
 * number. For an average, each image cell gets an equal share.
 */
export function writePoolGradient(
  node: NodeOf<'maxPool2dGradient' | 'averagePool2dGradient'>,
  { out: image, operands }: NodeShapes,
): Kernel {
  const isMaximum = node.op === 'maxPool2dGradient';
  const w = createFunction(operands.length + 1);
  const walk = createWindowWalk(w, node, image, operands[operands.length - 1]);
  // Each pixel is in one window: it is written once.
  const covers = [0, 1].every(
    (i) =>
      node.strides[i] === node.size[i] &&
      image[i + 1] === walk.pooled[i + 1] * node.size[i] &&
      node.padding[2 * i] === 0,
  );
  const [input, gradient, result] = isMaximum ? [0, 1, 2] : [0, 0, 1];
  const count = w.i32();
  const [value, best, place, here, flow, next] = Array.from({ length: 6 }, () => w.v128());
  const start = () => {
    if (!isMaximum) countCells(walk, count);
  };
  const turn = (isPartial: boolean) => {
    addressOf(walk, gradient, walk.window);
    w.load();
    if (!isMaximum) {
      w.floats(1);
      w.get(count);
      w.plain('f32FromInteger');
      w.simd('f32x4Splat');
      w.simd('div');
      w.simd('mul');
    }
    w.set(flow);
    if (isMaximum) findMaximum(walk, input, { value, best, place, here, isBetter: next });
    visitCells(walk, ({ offset, pushIndex }) => {
      if (!covers) {
        addressOf(walk, result, walk.cell);
        w.load(offset);
      }
      w.get(flow);
      if (isMaximum) {
        w.floats(0);
        pushIndex();
        w.get(place);
        w.simd('i32x4Eq');
        w.simd('bitselect');
      }
      if (!covers) w.simd('add');
      w.set(next);
      storeFour(w, () => addressOf(walk, result, walk.cell), next, isPartial ? walk.rest : undefined, offset);
    });
  };
  const rows = walk.pooled[1];
  const cut = cutItems(image[0], rows * nanosecondsPerLine(walk));
  const write = (...samples: readonly [Local, Local]) => {
    const [first, end] = samples.map((sample) => {
      const line = w.i32();
      scaled(w, sample, rows);
      w.set(line);
      return line;
    });
    walkWindows(walk, [first, end], start, turn);
  };
  return createKernel(
    [{ code: w, tasks: writeSections(w, [{ cut, write }]) }],
    [{ shape: image, ...(covers ? {} : { initial: 0 }) }],
  );
}

/** Finds the position of a window's maximum. It is −1 before the first cell. */
function findMaximum(
  walk: WindowWalk,
  input: number,
  { value, best, place, here, isBetter }: Readonly<Record<'value' | 'best' | 'place' | 'here' | 'isBetter', Local>>,
): void {
  const { w } = walk;
  w.integers([-1, -1, -1, -1]);
  w.set(place);
  w.floats(Number.NEGATIVE_INFINITY);
  w.set(best);
  visitCells(walk, ({ offset, pushIndex }) => {
    addressOf(walk, input, walk.cell);
    w.load(offset);
    w.set(value);
    pushIndex();
    w.set(here);
    // value > best, or only value is NaN, or this is the first cell
    w.get(value);
    w.get(best);
    w.simd('f32x4Gt');
    w.get(value);
    w.get(value);
    w.simd('f32x4Ne');
    w.get(best);
    w.get(best);
    w.simd('f32x4Eq');
    w.simd('and');
    w.simd('or');
    w.get(place);
    w.integers([-1, -1, -1, -1]);
    w.simd('i32x4Eq');
    w.simd('or');
    w.set(isBetter);
    for (const [local, candidate] of [
      [best, value],
      [place, here],
    ]) {
      w.get(candidate);
      w.get(local);
      w.get(isBetter);
      w.simd('bitselect');
      w.set(local);
    }
  });
}
