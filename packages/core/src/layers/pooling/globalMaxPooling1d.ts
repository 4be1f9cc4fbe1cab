import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { sequenceShape } from '../window.js';
import { globalMaxMoments } from './pooledMoments.js';

/**
 * The greatest step of each channel: `[batch, steps, c]` → `[batch, c]`. Throws like `globalAveragePooling1d`.
 */
export function globalMaxPooling1d(options: { readonly name?: string } = {}): Layer {
  checkOptionNames('globalMaxPooling1d', options, { name: true });
  return layerWithoutWeights('globalMaxPooling1d', options, (name, inputShape) => ({
    outputShape: [sequenceShape(name, inputShape)[2]],
    units: 'kept',
    apply: (b, x) => b.reduceMax(x, [1]),
    moments: (b, x, mode) => (mode.approximate ? globalMaxMoments(b, x, mode) : undefined),
  }));
}
