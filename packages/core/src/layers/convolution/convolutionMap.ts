import type { LinearMap } from '../../estimators/estimator.js';
import type { NoiseModel } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';
import type { PlacedWindow } from '../window.js';
import { overlay, patches } from './patches.js';

/** The channels of a convolution. Each group of input channels has filters of its own. */
export interface ConvolutionChannels {
  readonly inputs: number;
  readonly filters: number;
  readonly groups: number;
}

/**
 * Cross-correlation of images `[batch, h, w, inputs]` with weights `[kh, kw, inputs / groups, filters]`. The filters of a group
 * lie side by side.
 */
export function convolutionMap(window: PlacedWindow, channels: ConvolutionChannels): LinearMap {
  const { size, strides, padding, dilations, output } = window;
  const { inputs, filters, groups } = channels;
  const cells = size[0] * size[1];
  const perGroup = inputs / groups;
  return {
    apply: (b, x, weights) => b.conv2d(x, weights, { strides, padding, dilations, groups }),
    applyEach(b, x, weights) {
      const read = patches(b, x, window);
      const rows = output[0] * output[1];
      // [batch, groups, rows, patch] × [batch, groups, patch, filters of the group]
      const grouped = b.reshape(read, ['batch', rows, cells, groups, perGroup]);
      const left = b.reshape(b.transpose(grouped, [0, 3, 1, 2, 4]), ['batch', groups, rows, cells * perGroup]);
      const right = b.reshape(weights, ['batch', cells * perGroup, groups, filters / groups]);
      const products = b.matmul(left, b.transpose(right, [0, 2, 1, 3]));
      return b.reshape(b.transpose(products, [0, 2, 1, 3]), ['batch', ...output, filters]);
    },
    inputFactors: [1, 1, 1, inputs],
    outputFactors: [1, 1, 1, filters],
    shared: output[0] * output[1] > 1,
    ...(groups > 1 && { refuses: refusedByGroups }),
  };
}

/** Weights of groups have `in / groups` input channels, so that one of these stands for several. */
function refusedByGroups(noise: NoiseModel): string | undefined {
  if (noise.alpha !== 'input' && !(noise.acts === 'inputs' && noise.learns !== undefined)) return undefined;
  return `noise '${noise.name}' with groups: what is learned for an input channel has no place among weights that several channels share. Learn it for each weight or for the layer with type B, or use depthwiseConv2d`;
}

/** The same map with weights `[kh, kw, channels, multiplier]`, one group for each channel. */
export function depthwiseMap(window: PlacedWindow, channels: number, multiplier: number): LinearMap {
  const filters = channels * multiplier;
  const [height, width] = window.size;
  const map = convolutionMap(window, { inputs: channels, filters, groups: channels });
  return {
    ...map,
    apply: (b, x, weights) => map.apply(b, x, b.reshape(weights, [height, width, 1, filters])),
    applyEach: (b, x, weights) => map.applyEach(b, x, b.reshape(weights, ['batch', height, width, 1, filters])),
    refuses(noise) {
      if (noise.alpha !== 'output') return undefined;
      return `noise '${noise.name}' with an α for each output: the last axis of the weights counts the outputs of one channel. Use alpha: 'input' or 'weight'`;
    },
  };
}

/** A map of images of height 1 as a map of sequences `[batch, steps, channels]`, with weights `[size, in, out]`. */
export function sequenceMap(map: LinearMap): LinearMap {
  const images = (b: Builder, x: Value) => b.reshape(x, ['batch', 1, x.shape[1], x.shape[2]]);
  const sequences = (b: Builder, y: Value) => b.reshape(y, ['batch', y.shape[2], y.shape[3]]);
  return {
    ...map,
    apply: (b, x, weights) => sequences(b, map.apply(b, images(b, x), b.reshape(weights, [1, ...weights.shape]))),
    applyEach: (b, x, weights) =>
      sequences(b, map.applyEach(b, images(b, x), b.reshape(weights, ['batch', 1, ...weights.shape.slice(1)]))),
    inputFactors: map.inputFactors.slice(1),
    outputFactors: map.outputFactors.slice(1),
  };
}

/**
 * The transpose of a convolution in its images: `[batch, rows, columns, inputs]` → `[batch, height, width, filters]`, weights
 * `[kh, kw, inputs, filters]`.
 *
 * @param window placed on the result
 */
export function transposedMap(
  window: PlacedWindow,
  [height, width]: readonly number[],
  { inputs, filters }: Pick<ConvolutionChannels, 'inputs' | 'filters'>,
): LinearMap {
  const { size, strides, padding, dilations, output } = window;
  return {
    apply: (b, x, weights) =>
      b.conv2dInputGradient(b.transpose(weights, [0, 1, 3, 2]), x, ['batch', height, width, filters], {
        ...{ strides, padding, dilations },
      }),
    applyEach(b, x, weights) {
      const cells = size[0] * size[1];
      const rows = output[0] * output[1];
      const left = b.reshape(x, ['batch', rows, inputs]);
      const each = b.transpose(b.reshape(weights, ['batch', cells, inputs, filters]), [0, 2, 1, 3]);
      const products = b.matmul(left, b.reshape(each, ['batch', inputs, cells * filters]));
      return overlay(b, b.reshape(products, ['batch', rows, cells, filters]), [height, width], window);
    },
    inputFactors: [1, 1, 1, inputs],
    outputFactors: [1, 1, 1, filters],
    shared: output[0] * output[1] > 1,
  };
}
