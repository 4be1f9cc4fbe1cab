import { checkString } from '../checkString.js';
import type { Builder, Value } from '../program/builder.js';
import { defineLayer } from './defineLayer.js';
import type { DatapointShape, Layer, UnitPlacement } from './layer.js';
import { type Moments, type MomentsMode, uncertain } from './moments.js';

/** What a layer of one input and without parameters does. */
export interface WithoutWeights {
  readonly outputShape: DatapointShape;
  readonly units: UnitPlacement;
  /** As in `BuiltLayer`. */
  readonly movesOnly?: true;
  /** As in `BuiltLayer`, of the only input where that is not certain. */
  moments?(b: Builder, x: Required<Moments>, mode: MomentsMode): Moments | undefined;
  apply(b: Builder, x: Value): Value;
}

/**
 * A layer of one input, without parameters and noise. Throws `VARDROP_OPTION` for a name that is not a string.
 *
 * @param kind the name of the function that makes the layer of the options
 */
export function layerWithoutWeights(
  kind: string,
  options: { readonly name?: string },
  build: (name: string, inputShape: DatapointShape) => WithoutWeights,
): Layer {
  if (options.name !== undefined) checkString(`[${kind}] name`, options.name);
  return defineLayer({
    kind,
    name: options.name,
    recipe: { part: kind, options },
    build(name, [inputShape]) {
      const { apply, moments, ...built } = build(name, inputShape);
      return {
        ...{ name, kind, ...built },
        inputShapes: [inputShape],
        parameters: [],
        apply: (b, [x]) => apply(b, x),
        ...(moments && { moments: (b, [x], _, mode) => moments(b, uncertain(b, x), mode) }),
      };
    },
  });
}
