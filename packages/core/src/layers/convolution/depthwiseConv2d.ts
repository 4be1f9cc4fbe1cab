import { checkOptionNames } from '../../checkOptionNames.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { buildLinearLayer } from '../linearLayer.js';
import { checkLinearOptions } from '../linearPart.js';
import { checkPositive, imageShape, placeWindow, readWindow } from '../window.js';
import { depthwiseMap } from './convolutionMap.js';
import {
  convolutionOptionNames,
  convolutionOptionsElsewhere,
  type ImageConvolutionOptions,
} from './convolutionOptions.js';

/** Options of a depthwise convolution. */
export interface DepthwiseConv2dOptions extends ImageConvolutionOptions {
  /** Number of filters of each channel. Default: 1. */
  readonly multiplier?: number;
}

/**
 * A convolution of each channel by itself: `[batch, height, width, in]` → `[batch, h, w, in · multiplier]`, weights
 * `[size, size, in, multiplier]`. The outputs of a channel lie side by side: output `c · multiplier + m` is that of channel c.
 * It is a `conv2d` with `in` groups, and noise acts as in it; here an α for each input channel is possible too.
 *
 * The initializers take the size of the filter for fan-in, and `multiplier` times that for fan-out.
 *
 * Throws `VARDROP_LAYER` for a multiplier, size, strides or dilations that are not positive integers and for an unknown padding;
 * `VARDROP_OPTION` for unknown options; `VARDROP_SHAPE` (when built) for inputs that are not images or are smaller than the
 * filter; `VARDROP_COMBINATION` for noise with an α for each output.
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer {
  const known = { ...convolutionOptionNames, multiplier: true, dilations: true } as const;
  const elsewhere = {
    ...convolutionOptionsElsewhere,
    filters: 'Each channel has multiplier filters: write multiplier.',
  };
  checkOptionNames('depthwiseConv2d', options, known, elsewhere);
  const { multiplier = 1 } = options;
  checkPositive('depthwiseConv2d', 'multiplier', multiplier);
  checkLinearOptions('depthwiseConv2d', options);
  const window = readWindow('depthwiseConv2d', options);
  return defineLayer({
    kind: 'depthwiseConv2d',
    name: options.name,
    recipe: { part: 'depthwiseConv2d', options },
    build(name, [inputShape], defaults) {
      const image = imageShape(name, inputShape);
      const placed = placeWindow(name, image, window);
      const description = {
        kind: 'depthwiseConv2d',
        name,
        inputShape,
        outputShape: [...placed.output, image[2] * multiplier],
        weightShape: [...placed.size, image[2], multiplier],
        fans: [...placed.size, 1, multiplier],
        map: depthwiseMap(placed, image[2], multiplier),
        unitParts: { units: 'repeated', inputParts: [['']] } as const,
      };
      return buildLinearLayer(description, options, defaults);
    },
  });
}
