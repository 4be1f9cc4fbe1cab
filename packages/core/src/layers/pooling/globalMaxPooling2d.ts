import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { imageShape } from '../window.js';
import { globalMaxMoments } from './pooledMoments.js';

/**
 * The greatest pixel of each channel: `[batch, h, w, c]` → `[batch, c]`. Throws like `globalAveragePooling2d`.
 */
export function globalMaxPooling2d(options: { readonly name?: string } = {}): Layer {
  checkOptionNames('globalMaxPooling2d', options, { name: true });
  return layerWithoutWeights('globalMaxPooling2d', options, (name, inputShape) => ({
    outputShape: [imageShape(name, inputShape)[2]],
    units: 'kept',
    apply: (b, x) => b.reduceMax(x, [1, 2]),
    moments: (b, x, mode) => (mode.approximate ? globalMaxMoments(b, x, mode) : undefined),
  }));
}
