import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { imageShape } from '../window.js';
import { cutLengths, readImageEdges } from './edges.js';

/** Options of a layer that cuts the edges of images. */
export interface Cropping2dOptions {
  readonly name?: string;
  /** Pixels of each side, or those of height and of width, or `[[top, bottom], [left, right]]`. Default: 1. */
  readonly cropping?:
    | number
    | readonly [number, number]
    | readonly [readonly [number, number], readonly [number, number]];
}

/**
 * Cuts the edges of images: `[batch, h, w, c]` → `[batch, h′, w′, c]`. Throws `VARDROP_LAYER` for a cropping that is not made of whole
 * numbers from 0 on, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs that are not images, and
 * for images of which nothing remains.
 */
export function cropping2d(options: Cropping2dOptions = {}): Layer {
  checkOptionNames('cropping2d', options, { cropping: true, name: true });
  const { cropping = 1 } = options;
  const edges = readImageEdges('cropping2d', 'cropping', cropping);
  return layerWithoutWeights('cropping2d', options, (name, inputShape) => {
    const channels = imageShape(name, inputShape)[2];
    const rest = cutLengths(name, inputShape, edges);
    const ranges = edges.map(([before], axis) => ({ start: before, end: before + rest[axis] }));
    return {
      outputShape: [...rest, channels],
      units: 'kept',
      movesOnly: true,
      apply: (b, x) => b.slice(x, [undefined, ...ranges]),
    };
  });
}
