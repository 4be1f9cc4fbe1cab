import type { NodeOf } from '@vardrop/core/program';
import type { Shapes } from '../../device/lowering.js';
import type { Kernel } from '../kernel.js';
import { storeFour } from '../storeFour.js';
import { createFunction, type Local } from '../wasmWriter.js';
import { createWindowWalk } from './windowWalk.js';

/** Maximum or average of each window, of its cells inside the image. NaN, unlike in tfjs's wasm kernels, stays NaN. */
export function writePool(
  node: NodeOf<'maxPool2d' | 'averagePool2d'>,
  { out: pooled, operands: [image] }: Shapes,
): Kernel {
  const isMaximum = node.op === 'maxPool2d';
  const w = createFunction(2);
  const walk = createWindowWalk(w, node, image, pooled);
  const count = w.i32();
  const result = w.v128();
  const at = (tensor: number, position: Local) => () => {
    w.get(tensor);
    w.get(position);
    w.plain('i32Add');
    w.get(walk.channel);
    w.plain('i32Add');
  };

  walk.write(
    () => {
      if (!isMaximum) walk.count(count);
    },
    (partial) => {
      w.floats(isMaximum ? Number.NEGATIVE_INFINITY : 0);
      w.set(result);
      walk.cells(() => {
        w.get(result);
        at(0, walk.cell)();
        w.load();
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
      storeFour(w, at(1, walk.window), result, partial ? walk.rest : undefined);
    },
  );
  return { code: w, results: [{ shape: pooled }] };
}
