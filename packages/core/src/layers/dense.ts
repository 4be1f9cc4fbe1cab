import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { LinearMap } from '../estimators/estimator.js';
import { formatValue } from '../formatValue.js';
import { defineLayer } from './defineLayer.js';
import type { Layer } from './layer.js';
import { buildLinearLayer, type LinearLayerOptions, linearOptionNames } from './linearLayer.js';
import { checkLinearOptions, linearOptionsElsewhere } from './linearPart.js';

/** Options of a dense layer. */
export interface DenseOptions extends LinearLayerOptions {
  /** Number of outputs. */
  readonly units: number;
}

/**
 * A fully connected layer on the last axis: `[batch, …, in]` → `[batch, …, units]`, weights `[in, units]`. Where there are axes
 * between, such as the steps of a sequence, all places of a datapoint share the weights: noise on the inputs draws one factor per
 * unit and datapoint, and with `localReparametrization` independent weight noise is drawn for each place, as in `conv2d`.
 *
 * Throws `VARDROP_LAYER` unless `units` is a positive integer, `VARDROP_OPTION` for unknown options, `VARDROP_COMBINATION` for
 * noise, estimator and divergence that cannot be combined.
 */
export function dense(options: DenseOptions): Layer {
  checkOptionNames('dense', options, { units: true, ...linearOptionNames }, linearOptionsElsewhere);
  const { units } = options;
  if (!Number.isInteger(units) || units < 1) {
    throw new VardropError('VARDROP_LAYER', `[dense] units: got ${formatValue(units)}, needs a positive integer.`);
  }
  checkLinearOptions('dense', options);
  return defineLayer({
    kind: 'dense',
    name: options.name,
    recipe: { part: 'dense', options },
    withUnits: (count) => dense({ ...options, units: count }),
    build(name, [inputShape], defaults) {
      if (inputShape.length === 0) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${name}] inputs: got [batch], needs [batch, …, in]. Put a reshape before it.`,
        );
      }
      const places = inputShape.slice(0, -1);
      const inputs = inputShape[places.length];
      const description = {
        kind: 'dense',
        name,
        inputShape,
        outputShape: [...places, units],
        weightShape: [inputs, units],
        map: denseMap(places, inputs, units),
      };
      return buildLinearLayer(description, options, defaults);
    },
  });
}

/** The product of the last axis of `[batch, …places, inputs]` with weights `[inputs, units]`. */
export function denseMap(places: readonly number[], inputs: number, units: number): LinearMap {
  const ones = places.map(() => 1);
  return {
    apply: (b, x, weights) => b.matmul(x, weights),
    applyEach(b, x, weights) {
      // The places of a datapoint are the rows of its product.
      const count = places.reduce((product, n) => product * n, 1);
      const rows = b.reshape(x, ['batch', count, inputs]);
      return b.reshape(b.matmul(rows, weights), ['batch', ...places, units]);
    },
    inputFactors: [1, ...ones, inputs],
    outputFactors: [1, ...ones, units],
    shared: places.length > 0,
  };
}
