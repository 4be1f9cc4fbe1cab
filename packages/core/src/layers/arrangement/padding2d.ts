import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { imageShape } from '../window.js';
import { readImageEdges } from './edges.js';

/** Options of a layer that adds zeros around images. */
export interface Padding2dOptions {
  readonly name?: string;
  /** Pixels on each side, or those of height and of width, or `[[top, bottom], [left, right]]`. Default: 1. */
  readonly padding?:
    | number
    | readonly [number, number]
    | readonly [readonly [number, number], readonly [number, number]];
}

/**
 * Adds zeros around images: `[batch, h, w, c]` → `[batch, h′, w′, c]`. Throws `VARDROP_LAYER` for a padding that is not made of whole
 * numbers from 0 on, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs that are not images.
 */
export function padding2d(options: Padding2dOptions = {}): Layer {
  checkOptionNames('padding2d', options, { padding: true, name: true });
  const { padding = 1 } = options;
  const [[top, bottom], [left, right]] = readImageEdges('padding2d', 'padding', padding);
  return layerWithoutWeights('padding2d', options, (name, inputShape) => {
    const [height, width, channels] = imageShape(name, inputShape);
    return {
      outputShape: [top + height + bottom, left + width + right, channels],
      units: 'kept',
      movesOnly: true,
      apply: (b, x) => b.pad(x, [undefined, { before: top, after: bottom }, { before: left, after: right }]),
    };
  });
}
