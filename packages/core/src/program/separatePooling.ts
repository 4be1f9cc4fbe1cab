import type { Program, Shape, SlidingWindow } from './program.js';
import { rewrite } from './rewrite.js';

type Pooling = SlidingWindow & { readonly size: readonly [number, number] };

/**
 * The same program in which windows of pooling, and of its gradients, that have more than `most` cells are taken in two
 * steps: along rows, then down columns. A mean of means over rows of one length is the mean; and the first maximum of a
 * window, row by row, is the first one in the first row that has it. For backends that do not take loops of any length:
 * of `height × width` cells they go through `height + width`.
 */
export function separatePooling<S extends Shape>(program: Program<S>, most: number): Program<S> {
  const isSeparate = ({ size: [height, width] }: Pooling) => height === 1 || width === 1 || height * width <= most;
  if (program.nodes.every((node) => !('size' in node) || isSeparate(node))) return program;
  return rewrite(program, (b, node, [first, dy]) => {
    if (!('size' in node) || isSeparate(node)) return undefined;
    const { across, down } = separate(node);
    switch (node.op) {
      case 'maxPool2d':
        return b.maxPool2d(b.maxPool2d(first, ...across), ...down);
      case 'averagePool2d':
        return b.averagePool2d(b.averagePool2d(first, ...across), ...down);
      case 'maxPool2dGradient':
        return b.maxPool2dGradient(first, b.maxPool2dGradient(b.maxPool2d(first, ...across), dy, ...down), ...across);
      case 'averagePool2dGradient': {
        const [batch, height, , channels] = node.shape;
        const rows = [batch, height, first.shape[2], channels];
        return b.averagePool2dGradient(b.averagePool2dGradient(first, rows, ...down), node.shape, ...across);
      }
    }
  });
}

/** A window's steps, as sizes and how they move. */
function separate({ size: [height, width], strides, padding: [top, bottom, left, right] }: Pooling) {
  return {
    across: [[1, width], { strides: [1, strides[1]], padding: [0, 0, left, right] }],
    down: [[height, 1], { strides: [strides[0], 1], padding: [top, bottom, 0, 0] }],
  } as const;
}
