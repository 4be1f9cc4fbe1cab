import { checkOptionNames } from '../../checkOptionNames.js';
import { checkString } from '../../checkString.js';
import { VardropError } from '../../errors.js';
import type { Builder, Value } from '../../program/builder.js';
import { defineLayer } from '../defineLayer.js';
import type { DatapointShape, Layer } from '../layer.js';
import type { Moments, Sources } from '../moments.js';

/** Options of layers that have no others. */
export interface MergeOptions {
  readonly name?: string;
}

/**
 * A layer that combines two or more inputs element by element with `combine`; `moments` gives the moments of independent ones. The inputs have equal shapes, but for axes of length
 * 1, which are repeated. Throws `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for other shapes.
 */
export function mergeLayer(
  kind: string,
  options: MergeOptions,
  combine: (b: Builder, left: Value, right: Value) => Value,
  moments: (b: Builder, left: Moments, right: Moments, sources: Sources) => Moments,
): Layer {
  checkOptionNames(kind, options, { name: true });
  if (options.name !== undefined) checkString(`[${kind}] name`, options.name);
  return defineLayer({
    kind,
    name: options.name,
    arity: [2, Number.POSITIVE_INFINITY],
    recipe: { part: kind, options },
    build: (name, inputShapes) => ({
      name,
      kind,
      inputShapes,
      outputShape: inputShapes.reduce((all, shape, i) => mergedShape(name, all, shape, i)),
      parameters: [],
      units: 'kept',
      apply: (b, inputs) => inputs.reduce((left, right) => combine(b, left, right)),
      moments: (b, inputs, _, mode) => inputs.reduce((left, right) => moments(b, left, right, mode)),
    }),
  });
}

function mergedShape(name: string, all: DatapointShape, shape: DatapointShape, i: number): DatapointShape {
  const fits = (n: number, axis: number) => n === all[axis] || n === 1 || all[axis] === 1;
  if (shape.length === all.length && shape.every(fits)) return shape.map((n, axis) => Math.max(n, all[axis]));
  const text = (one: DatapointShape) => `[batch, ${one.join(', ')}]`;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${name}] input ${i + 1}: got ${text(shape)}, needs ${text(all)}, as the inputs before have; axes of length 1 are repeated. Give the layers before it the same number of units, or put a reshape before it.`,
  );
}
