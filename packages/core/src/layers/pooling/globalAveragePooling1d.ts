import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { sequenceShape } from '../window.js';
import { meanMoments } from './pooledMoments.js';

/**
 * The mean of all steps of each channel: `[batch, steps, c]` → `[batch, c]`. Throws `VARDROP_OPTION` for unknown options; its
 * `build` throws `VARDROP_SHAPE` for inputs that are not sequences.
 */
export function globalAveragePooling1d(options: { readonly name?: string } = {}): Layer {
  checkOptionNames('globalAveragePooling1d', options, { name: true });
  return layerWithoutWeights('globalAveragePooling1d', options, (name, inputShape) => ({
    outputShape: [sequenceShape(name, inputShape)[2]],
    units: 'kept',
    apply: (b, x) => b.mean(x, [1]),
    moments: meanMoments,
  }));
}
