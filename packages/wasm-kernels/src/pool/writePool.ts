import type { NodeOf, NodeShapes } from '@vardrop/core/program';
import { createKernel, type Kernel } from '../kernel.js';
import { storeFour } from '../write/storeFour.js';
import { cutItems, writeSections } from '../write/tasks.js';
import { createFunction, type Local } from '../write/wasmWriter.js';
import { addressOf, countCells, createWindowWalk, nanosecondsPerLine, visitCells, walkWindows } from './windowWalk.js';

/** Maximum or average of each window, over its cells inside the image. NaN stays NaN, unlike in tfjs's wasm kernels. */
export function writePool(
  node: NodeOf<'maxPool2d' | 'averagePool2d'>,
  { out: pooled, operands: [image] }: NodeShapes,
): Kernel {
  const isMaximum = node.op === 'maxPool2d';
  const w = createFunction(2);
  const walk = createWindowWalk(w, node, image, pooled);
  const count = w.i32();
  const result = w.v128();
  const start = () => {
    if (!isMaximum) countCells(walk, count);
  };
  const turn = (isPartial: boolean) => {
    w.floats(isMaximum ? Number.NEGATIVE_INFINITY : 0);
    w.set(result);
    visitCells(walk, ({ offset }) => {
      w.get(result);
      addressOf(walk, 0, walk.cell);
      w.load(offset);
      w.simd(isMaximum ? 'max' : 'add');
      w.set(result);
    });
    if (!isMaximum) {
      w.get(result);
      w.get(count);
      w.plain('f32FromInteger');
      w.simd('f32x4Splat');
      w.simd('div');
      w.set(result);
    }
    storeFour(w, () => addressOf(walk, 1, walk.window), result, isPartial ? walk.rest : undefined);
  };
  const cut = cutItems(pooled[0] * pooled[1], nanosecondsPerLine(walk));
  const write = (first: Local, end: Local) => walkWindows(walk, [first, end], start, turn);
  return createKernel([{ code: w, tasks: writeSections(w, [{ cut, write }]) }], [{ shape: pooled }]);
}
