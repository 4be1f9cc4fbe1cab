import { checkOptionNames } from '../../checkOptionNames.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { buildLinearLayer, type LinearLayerOptions } from '../linearLayer.js';
import { checkLinearOptions } from '../linearPart.js';
import { checkPositive, imageShape, type PaddingMode, placeTransposed, readWindow } from '../window.js';
import { transposedMap } from './convolutionMap.js';
import { convolutionOptionNames, convolutionOptionsElsewhere } from './convolutionOptions.js';

/** Options of a transposed convolution. */
export interface Conv2dTransposeOptions extends LinearLayerOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Height and width of the filter; one number for a square. */
  readonly size: number | readonly [number, number];
  /** How far apart the filter is put for neighbouring pixels. Default: 1. */
  readonly strides?: number | readonly [number, number];
  /** `valid`: the whole result, `(n − 1) · stride + size` pixels. `same`: `n · stride` pixels of it. Default: `valid`. */
  readonly padding?: PaddingMode;
}

/**
 * A transposed convolution, which enlarges images: `[batch, height, width, in]` → `[batch, h, w, filters]`, weights
 * `[size, size, in, filters]`. Each pixel puts a multiple of its filter into the result, where filters that overlap are added up. It
 * is the gradient of `conv2d` with the same window with respect to its images (Dumoulin & Visin 2016, section 4). Other libraries
 * have the last two axes of the weights the other way round.
 *
 * Noise and estimators are as in `conv2d`: with `localReparametrization` the covariance between locations is missing.
 *
 * Throws `VARDROP_LAYER` for filters, size or strides that are not positive integers and for an unknown padding;
 * `VARDROP_OPTION` for unknown options; `VARDROP_SHAPE` (when built) for inputs that are not images.
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer {
  const known = { filters: true, ...convolutionOptionNames } as const;
  checkOptionNames('conv2dTranspose', options, known, convolutionOptionsElsewhere);
  const { filters } = options;
  checkPositive('conv2dTranspose', 'filters', filters);
  checkLinearOptions('conv2dTranspose', options);
  const window = readWindow('conv2dTranspose', options);
  return defineLayer({
    kind: 'conv2dTranspose',
    name: options.name,
    recipe: { part: 'conv2dTranspose', options },
    withUnits: (count) => conv2dTranspose({ ...options, filters: count }),
    build(name, [inputShape], defaults) {
      const image = imageShape(name, inputShape);
      const { placed, whole } = placeTransposed(name, image, window);
      const description = {
        kind: 'conv2dTranspose',
        name,
        inputShape,
        outputShape: [...whole, filters],
        weightShape: [...placed.size, image[2], filters],
        map: transposedMap(placed, whole, { inputs: image[2], filters }),
      };
      return buildLinearLayer(description, options, defaults);
    },
  });
}
