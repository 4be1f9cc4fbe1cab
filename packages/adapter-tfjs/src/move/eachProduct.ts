import type { Convolution, NodeOf } from '@vardrop/core/program';
import type { Shapes } from '../device/lowering.js';

/** A convolution or one of its gradients. */
export type ConvolutionNode = NodeOf<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient', readonly number[]>;

/**
 * The shapes of a convolution and of its gradients: image `[batch, h, w, in]`, filter `[kh, kw, in / groups, out]`,
 * result.
 */
export interface Geometry {
  readonly image: readonly number[];
  readonly filter: readonly number[];
  readonly result: readonly number[];
  readonly window: Convolution;
}

/** The shapes of a convolution. For a gradient, the shapes of the convolution that it belongs to. */
export function geometryOf(node: ConvolutionNode, { out, operands: [left, right] }: Shapes): Geometry {
  switch (node.op) {
    case 'conv2d':
      return { image: left, filter: right, result: out, window: node };
    case 'conv2dInputGradient':
      return { image: out, filter: left, result: right, window: node };
    case 'conv2dFilterGradient':
      return { image: left, filter: out, result: right, window: node };
  }
}

/** Calls `visit` for each product of a convolution, with its elements of image, filter and result. */
export function eachProduct(geometry: Geometry, visit: (image: number, filter: number, result: number) => void): void {
  const { image, filter, result, window } = geometry;
  const [kernelHeight, kernelWidth, perGroup, out] = filter;
  const outPerGroup = out / window.groups;
  const [, height, width, channels] = image;
  const [batch, rows, columns] = result;
  const { strides, dilations, padding } = window;
  for (let place = 0; place < batch * rows * columns; place++) {
    const top = (Math.floor(place / columns) % rows) * strides[0] - padding[0];
    const left = (place % columns) * strides[1] - padding[2];
    const sample = Math.floor(place / (rows * columns));
    for (let cell = 0; cell < kernelHeight * kernelWidth; cell++) {
      const y = top + Math.floor(cell / kernelWidth) * dilations[0];
      const x = left + (cell % kernelWidth) * dilations[1];
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      const pixel = ((sample * height + y) * width + x) * channels;
      for (let o = 0; o < out; o++) {
        const first = pixel + Math.floor(o / outPerGroup) * perGroup;
        for (let p = 0; p < perGroup; p++) visit(first + p, (cell * perGroup + p) * out + o, place * out + o);
      }
    }
  }
}
