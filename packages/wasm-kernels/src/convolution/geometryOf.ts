import type { Convolution, NodeOf, NodeShapes } from '@vardrop/core/program';

/** A convolution or one of its gradients. */
export type ConvolutionNode = NodeOf<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient', readonly number[]>;

/** What a convolution and its gradients share: image `[batch, h, w, in]`, filter `[kh, kw, in / groups, out]`, result. */
export interface Geometry {
  readonly image: readonly number[];
  readonly filter: readonly number[];
  readonly result: readonly number[];
  readonly window: Convolution;
}

/** The shapes of a convolution, or of that which a node is a gradient of. */
export function geometryOf(node: ConvolutionNode, { out, operands: [left, right] }: NodeShapes): Geometry {
  switch (node.op) {
    case 'conv2d':
      return { image: left, filter: right, result: out, window: node };
    case 'conv2dInputGradient':
      return { image: out, filter: left, result: right, window: node };
    case 'conv2dFilterGradient':
      return { image: left, filter: out, result: right, window: node };
  }
}
