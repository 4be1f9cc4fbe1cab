import { checkOptionNames } from '../../checkOptionNames.js';
import { activate, checkActivation } from '../activation.js';
import { activationMoments } from '../activationMoments.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { usualInitializer } from '../linearLayer.js';
import { buildLinearPart, checkLinearOptions, partParameters } from '../linearPart.js';
import { partMoments } from '../partMoments.js';
import { checkPositive, imageShape, placeWindow, readWindow } from '../window.js';
import { convolutionMap, depthwiseMap } from './convolutionMap.js';
import {
  convolutionOptionNames,
  convolutionOptionsElsewhere,
  type ImageConvolutionOptions,
} from './convolutionOptions.js';

/** Options of a separable convolution. */
export interface SeparableConv2dOptions extends ImageConvolutionOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Number of filters of each input channel in the first part. Default: 1. */
  readonly multiplier?: number;
}

/** A window of one pixel. */
const pixel = { size: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'valid' } as const;

/**
 * A depthwise convolution and one of single pixels after it (Chollet 2017): `[batch, height, width, in]` →
 * `[batch, h, w, filters]`. The part `depthwise` has weights `[size, size, in, multiplier]` and no bias, the part `pointwise`
 * weights `[1, 1, in · multiplier, filters]` and the bias. Both have the noise, the estimator and the divergence.
 *
 * Throws like `depthwiseConv2d`, and `VARDROP_LAYER` for filters that are not a positive integer.
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer {
  const known = { filters: true, ...convolutionOptionNames, multiplier: true, dilations: true } as const;
  checkOptionNames('separableConv2d', options, known, convolutionOptionsElsewhere);
  const { filters, multiplier = 1, activation = 'linear' } = options;
  checkPositive('separableConv2d', 'filters', filters);
  checkPositive('separableConv2d', 'multiplier', multiplier);
  checkLinearOptions('separableConv2d', options);
  checkActivation('separableConv2d', activation);
  const window = readWindow('separableConv2d', options);
  return defineLayer({
    kind: 'separableConv2d',
    name: options.name,
    recipe: { part: 'separableConv2d', options },
    withUnits: (count) => separableConv2d({ ...options, filters: count }),
    build(name, [inputShape], defaults) {
      const [, , channels] = imageShape(name, inputShape);
      const placed = placeWindow(name, inputShape, window);
      const inner = [...placed.output, channels * multiplier];
      const depthwise = {
        name: 'depthwise',
        weightShape: [...placed.size, channels, multiplier],
        fans: [...placed.size, 1, multiplier],
        map: depthwiseMap(placed, channels, multiplier),
        initializer: usualInitializer('linear'),
        bias: false,
      };
      const pointwise = {
        name: 'pointwise',
        weightShape: [1, 1, channels * multiplier, filters],
        map: convolutionMap(placeWindow(name, inner, pixel), { inputs: channels * multiplier, filters, groups: 1 }),
        initializer: usualInitializer(activation),
      };
      const parts = [depthwise, pointwise].map((part) => buildLinearPart(name, part, options, defaults));
      return {
        name,
        kind: 'separableConv2d',
        inputShapes: [inputShape],
        outputShape: [...placed.output, filters],
        activation,
        parameters: partParameters(parts),
        parts,
        outputPart: 'pointwise',
        apply(b, [x], parameters, mode) {
          const outputs = parts.reduce((value, part) => part.apply(b, value, parameters, mode), x);
          return b.label(activate(b, outputs, activation), 'output');
        },
        moments(b, [x], parameters, mode) {
          const outputs = parts.reduce((value, part) => partMoments(b, name, part, value, parameters, mode), x);
          return activationMoments(b, outputs, activation, mode);
        },
      };
    },
  });
}
