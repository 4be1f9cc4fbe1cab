import { checkOptionNames } from '../../checkOptionNames.js';
import { elementCount } from '../../program/shapes.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';

/** All axes of a datapoint in one: `[batch, h, w, c]` → `[batch, h·w·c]`. Throws `VARDROP_OPTION` for unknown options. */
export function flatten(options: { readonly name?: string } = {}): Layer {
  checkOptionNames('flatten', options, { name: true });
  return layerWithoutWeights('flatten', options, (_, inputShape) => {
    const outputShape = [elementCount(inputShape)];
    return { outputShape, units: 'spread', movesOnly: true, apply: (b, x) => b.reshape(x, ['batch', ...outputShape]) };
  });
}
