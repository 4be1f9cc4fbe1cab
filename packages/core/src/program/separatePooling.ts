import type { Program, Shape, SlidingWindow } from './program.js';
import { rewrite } from './rewrite.js';

type Pooling = SlidingWindow & { readonly size: readonly [number, number] };

/**
 * Splits pooling windows of more than `most` cells, and their gradients, into two steps: along rows, then down columns.
 * The mean of the means of equally long rows is the mean. The first maximum of a window in row-major order is the first
 * one in the first row that contains the maximum. For backends that limit the length of loops: a window of
 * `height × width` cells then takes `height + width` turns.
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

/** The two steps of a window, with sizes, strides and padding. */
function separate({ size: [height, width], strides, padding: [top, bottom, left, right] }: Pooling) {
  return {
    across: [[1, width], { strides: [1, strides[1]], padding: [0, 0, left, right] }],
    down: [[height, 1], { strides: [strides[0], 1], padding: [top, bottom, 0, 0] }],
  } as const;
}
