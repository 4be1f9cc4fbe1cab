import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { imageShape } from '../window.js';
import { meanMoments } from './pooledMoments.js';

/**
 * The mean of all pixels of each channel: `[batch, h, w, c]` → `[batch, c]`. Throws `VARDROP_OPTION` for unknown options; its `build`
 * throws `VARDROP_SHAPE` for inputs that are not images.
 */
export function globalAveragePooling2d(options: { readonly name?: string } = {}): Layer {
  checkOptionNames('globalAveragePooling2d', options, { name: true });
  return layerWithoutWeights('globalAveragePooling2d', options, (name, inputShape) => ({
    outputShape: [imageShape(name, inputShape)[2]],
    units: 'kept',
    apply: (b, x) => b.mean(x, [1, 2]),
    moments: meanMoments,
  }));
}
