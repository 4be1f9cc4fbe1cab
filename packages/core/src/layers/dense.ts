import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { LinearMap } from '../estimators/estimator.js';
import { formatValue } from '../formatValue.js';
import type { Layer } from './layer.js';
import {
  buildLinearLayer,
  checkLinearOptions,
  type LinearLayerOptions,
  linearOptionNames,
  linearOptionsElsewhere,
} from './linearLayer.js';

/** Options of a dense layer. */
export interface DenseOptions extends LinearLayerOptions {
  /** Number of outputs. */
  readonly units: number;
}

/**
 * A fully connected layer: `[batch, in]` → `[batch, units]`, weights `[in, units]`. Throws `VARDROP_LAYER` unless `units` is a
 * positive integer, `VARDROP_OPTION` for unknown options, `VARDROP_SHAPE` (when built) for inputs with more axes,
 * `VARDROP_COMBINATION` for noise, estimator and divergence that cannot be combined.
 */
export function dense(options: DenseOptions): Layer {
  checkOptionNames('dense', options, { units: true, ...linearOptionNames }, linearOptionsElsewhere);
  const { units } = options;
  if (!Number.isInteger(units) || units < 1) {
    throw new VardropError('VARDROP_LAYER', `[dense] units: got ${formatValue(units)}, needs a positive integer.`);
  }
  checkLinearOptions('dense', options);
  return {
    kind: 'dense',
    name: options.name,
    withUnits: (count) => dense({ ...options, units: count }),
    build(name, inputShape, defaults) {
      if (inputShape.length !== 1) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${name}] inputs: got [batch, ${inputShape.join(', ')}], needs [batch, in]. Put flatten() before it.`,
        );
      }
      const [inputs] = inputShape;
      const description = {
        kind: 'dense',
        name,
        inputShape,
        outputShape: [units],
        weightShape: [inputs, units],
        map: denseMap(inputs, units),
      };
      return buildLinearLayer(description, options, defaults);
    },
  };
}

function denseMap(inputs: number, units: number): LinearMap {
  return {
    apply: (b, x, weights) => b.matmul(x, weights),
    applyEach: (b, x, weights) => b.reshape(b.matmul(b.reshape(x, ['batch', 1, inputs]), weights), ['batch', units]),
    inputFactors: [1, inputs],
    outputFactors: [1, units],
  };
}
