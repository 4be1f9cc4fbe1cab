import { productMoments } from '../combinedMoments.js';
import type { Layer } from '../layer.js';
import { type MergeOptions, mergeLayer } from './mergeLayer.js';

/** The product of two or more values, element by element, such as a gate: `multiply()(x, gate)`. Shapes and errors as in `add`. */
export function multiply(options: MergeOptions = {}): Layer {
  return mergeLayer('multiply', options, (b, left, right) => b.mul(left, right), productMoments);
}
