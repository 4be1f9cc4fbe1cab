import { checkOptionNames } from '../../checkOptionNames.js';
import { defineLayer } from '../defineLayer.js';
import { checkGroupedInputs, checkGroups } from '../groups.js';
import type { Layer } from '../layer.js';
import { buildLinearLayer } from '../linearLayer.js';
import { checkLinearOptions } from '../linearPart.js';
import { checkPositive, imageShape, placeWindow, readWindow } from '../window.js';
import { convolutionMap } from './convolutionMap.js';
import {
  convolutionOptionNames,
  convolutionOptionsElsewhere,
  type ImageConvolutionOptions,
} from './convolutionOptions.js';

/** Options of a convolution. */
export interface Conv2dOptions extends ImageConvolutionOptions {
  /** Number of output channels. */
  readonly filters: number;
  /**
   * Number of groups into which the channels are cut, in their order. Filters of a group see its input channels only.
   * Default: 1.
   */
  readonly groups?: number;
}

/**
 * A two-dimensional convolution (cross-correlation): `[batch, height, width, in]` → `[batch, h, w, filters]`, weights
 * `[size, size, in / groups, filters]`. Noise on the inputs draws one factor per channel and datapoint.
 *
 * With `localReparametrization`, independent weight noise is drawn for each output location: mean and variance are those of one
 * random filter, but the covariance between locations is missing. `flipout`, `single` and `separate` keep it.
 *
 * Throws `VARDROP_LAYER` for filters, size, strides, dilations or groups that are not positive integers, for filters that are
 * not a multiple of `groups` and for an unknown padding; `VARDROP_OPTION` for unknown options; `VARDROP_SHAPE` (when built) for
 * inputs that are not images, are smaller than the filter or have channels that are not a multiple of `groups`;
 * `VARDROP_COMBINATION` for what is learned for each input channel where there are groups.
 */
export function conv2d(options: Conv2dOptions): Layer {
  const known = { filters: true, ...convolutionOptionNames, dilations: true, groups: true } as const;
  checkOptionNames('conv2d', options, known, convolutionOptionsElsewhere);
  const { filters, groups = 1 } = options;
  checkPositive('conv2d', 'filters', filters);
  checkGroups('conv2d', filters, groups);
  checkLinearOptions('conv2d', options);
  const window = readWindow('conv2d', options);
  return defineLayer({
    kind: 'conv2d',
    name: options.name,
    recipe: { part: 'conv2d', options },
    // Where there are groups, a filter cannot go alone.
    ...(groups === 1 && { withUnits: (count: number) => conv2d({ ...options, filters: count }) }),
    build(name, [inputShape], defaults) {
      const image = imageShape(name, inputShape);
      checkGroupedInputs(name, inputShape, groups);
      const placed = placeWindow(name, image, window);
      const description = {
        kind: 'conv2d',
        name,
        inputShape,
        outputShape: [...placed.output, filters],
        weightShape: [...placed.size, image[2] / groups, filters],
        map: convolutionMap(placed, { inputs: image[2], filters, groups }),
        // Where there are groups, rows of the weights belong to several channels.
        ...(groups > 1 && { unitParts: {} }),
      };
      return buildLinearLayer(description, options, defaults);
    },
  });
}
