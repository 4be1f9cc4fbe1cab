import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { LinearMap } from '../estimators/estimator.js';
import { formatValue } from '../formatValue.js';
import { samePadding, windowShape } from '../program/shapes.js';
import { defineLayer } from './defineLayer.js';
import type { Layer } from './layer.js';
import { buildLinearLayer, type LinearLayerOptions, linearOptionNames } from './linearLayer.js';
import { checkLinearOptions, linearOptionsElsewhere } from './linearPart.js';
import { checkPadding, imageShape, type PaddingMode, pair } from './window.js';

/** Options of a convolution. */
export interface Conv2dOptions extends LinearLayerOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Height and width of the filter; one number for a square. */
  readonly size: number | readonly [number, number];
  /** Default: 1. */
  readonly strides?: number | readonly [number, number];
  /** Default: `valid`. */
  readonly padding?: PaddingMode;
}

/**
 * A two-dimensional convolution: `[batch, height, width, in]` → `[batch, h, w, filters]`, weights `[size, size, in, filters]`.
 * Noise on the inputs draws one factor per channel and datapoint. With `localReparametrization`, independent weight noise is
 * drawn for each output location: mean and variance are those of one random filter, but the covariance between locations is
 * missing. `flipout` is unbiased. Throws `VARDROP_LAYER` for filters, size or strides that are not positive integers and for an
 * unknown padding, `VARDROP_OPTION` for unknown options, `VARDROP_SHAPE` (when built) for inputs that are not images or are
 * smaller than the filter.
 */
export function conv2d(options: Conv2dOptions): Layer {
  const known = { filters: true, size: true, strides: true, padding: true, ...linearOptionNames } as const;
  checkOptionNames('conv2d', options, known, { ...linearOptionsElsewhere, kernelSize: 'Write size.' });
  const { filters, padding = 'valid' } = options;
  if (!Number.isInteger(filters) || filters < 1) {
    throw new VardropError('VARDROP_LAYER', `[conv2d] filters: got ${formatValue(filters)}, needs a positive integer.`);
  }
  checkLinearOptions('conv2d', options);
  checkPadding('conv2d', padding);
  const size = pair('conv2d', 'size', options.size);
  const strides = pair('conv2d', 'strides', options.strides === undefined ? 1 : options.strides);
  return defineLayer({
    kind: 'conv2d',
    name: options.name,
    recipe: { part: 'conv2d', options },
    withUnits: (count) => conv2d({ ...options, filters: count }),
    build(name, [inputShape], defaults) {
      const [height, width, channels] = imageShape(name, inputShape);
      const pad = padding === 'same' ? samePadding(height, width, size, strides) : ([0, 0, 0, 0] as const);
      const output = windowShape(['batch', ...inputShape], size, strides, pad, name);
      const window = { strides, padding: pad };
      const patchSize = size[0] * size[1] * channels;
      const map: LinearMap = {
        apply: (b, x, weights) => b.conv2d(x, weights, window),
        applyEach(b, x, weights) {
          // A convolution with the identity extracts the patches; they are then multiplied by the filter of their datapoint.
          const identity = b.constant(identityMatrix(patchSize), [...size, channels, patchSize]);
          const patches = b.reshape(b.conv2d(x, identity, window), ['batch', output[0] * output[1], patchSize]);
          const products = b.matmul(patches, b.reshape(weights, ['batch', patchSize, filters]));
          return b.reshape(products, ['batch', ...output, filters]);
        },
        inputFactors: [1, 1, 1, channels],
        outputFactors: [1, 1, 1, filters],
        shared: true,
      };
      const description = {
        kind: 'conv2d',
        name,
        inputShape,
        outputShape: [...output, filters],
        weightShape: [...size, channels, filters],
        map,
      };
      return buildLinearLayer(description, options, defaults);
    },
  });
}

function identityMatrix(n: number): number[] {
  const values = new Array<number>(n * n).fill(0);
  for (let i = 0; i < n; i++) values[i * n + i] = 1;
  return values;
}
