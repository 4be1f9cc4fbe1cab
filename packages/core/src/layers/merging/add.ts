import { sumMoments } from '../combinedMoments.js';
import type { Layer } from '../layer.js';
import { type MergeOptions, mergeLayer } from './mergeLayer.js';

/**
 * The sum of two or more values, as at the end of a residual block: `add()(x, y)`, `[batch, …]` each → `[batch, …]`. Shapes are
 * equal, but for axes of length 1, which are repeated. Throws `VARDROP_OPTION` for unknown options, `VARDROP_MODEL` when it is called
 * on one value; its `build` throws `VARDROP_SHAPE` for shapes that do not fit.
 */
export function add(options: MergeOptions = {}): Layer {
  return mergeLayer('add', options, (b, left, right) => b.add(left, right), sumMoments);
}
