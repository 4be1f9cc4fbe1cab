import { checkOptionNames } from '../checkOptionNames.js';
import { checkString } from '../checkString.js';
import { elementCount } from '../program/shapes.js';
import { defineLayer } from './defineLayer.js';
import type { Layer } from './layer.js';

/** All axes of a datapoint in one: `[batch, h, w, c]` → `[batch, h·w·c]`. Throws `VARDROP_OPTION` for unknown options. */
export function flatten(options: { readonly name?: string } = {}): Layer {
  checkOptionNames('flatten', options, { name: true });
  if (options.name !== undefined) checkString('[flatten] name', options.name);
  return defineLayer({
    kind: 'flatten',
    name: options.name,
    recipe: { part: 'flatten', options },
    build(name, [inputShape]) {
      const outputShape = [elementCount(inputShape)];
      return {
        name,
        kind: 'flatten',
        inputShapes: [inputShape],
        outputShape,
        parameters: [],
        units: 'spread',
        apply: (b, [x]) => b.reshape(x, ['batch', ...outputShape]),
      };
    },
  });
}
