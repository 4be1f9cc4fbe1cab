import { VardropError } from '../errors.js';
import type { BoundShape, Dimension, Padding, Shape } from './program.js';

/** `[batch, 3]`, for messages and printouts. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Whether no axis of a shape is symbolic. */
export function isBoundShape(shape: Shape): shape is BoundShape {
  return !shape.includes('batch');
}

/** The shape itself, with a type without symbolic axes. Throws `VARDROP_SHAPE` if an axis is symbolic. */
export function boundShape(shape: Shape): BoundShape {
  if (isBoundShape(shape)) return shape;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[program] shape: got ${formatShape(shape)}, needs every axis to be a number. Bind the batch size first.`,
  );
}

/** Number of elements of a shape. Throws `VARDROP_SHAPE` if an axis is symbolic. */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const dimension of boundShape(shape)) count *= dimension;
  return count;
}

/** The shape that NumPy broadcasting gives two shapes. Throws `VARDROP_SHAPE` if they do not broadcast. */
export function broadcastShapes(a: Shape, b: Shape, who = 'broadcast'): Shape {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new VardropError(
        'VARDROP_SHAPE',
        `[program] ${who}: got shapes ${formatShape(a)} and ${formatShape(b)}, needs axes (counted from the last) that are equal or 1. Reshape one of them.`,
      );
    }
    result.push(left === 1 ? right : left);
  }
  return result;
}

/**
 * Sorted axes in [0, rank). Negative axes count from the end. Throws `VARDROP_AXES` for axes out of range and for
 * repeats.
 */
export function normalizeAxes(axes: readonly number[], rank: number, who: string): number[] {
  const result = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  const valid = result.every(
    (axis, i) => Number.isInteger(axis) && axis >= 0 && axis < rank && (i === 0 || axis !== result[i - 1]),
  );
  if (!valid) {
    throw new VardropError(
      'VARDROP_AXES',
      `[program] ${who}: got axes [${axes.join(', ')}], needs distinct integers from ${-rank} to ${rank - 1}. Count axes from 0, or from −1 at the end.`,
    );
  }
  return result;
}

/** The shape after reducing `axes`. */
export function reducedShape(shape: Shape, axes: readonly number[], keepAxes: boolean): Shape {
  return keepAxes
    ? shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** The shape of a matrix product. Throws `VARDROP_SHAPE` if the operands do not fit. */
export function matmulShape(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): Shape {
  const fail = (needs: string): never => {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] matmul: got ${formatShape(a)}${transposeA ? ' transposed' : ''} and ${formatShape(b)}${transposeB ? ' transposed' : ''}, needs ${needs}. Transpose or reshape one of them.`,
    );
  };
  if (a.length < 2 || b.length < 2) return fail('at least two axes each');
  const [rows, innerA] = lastTwo(a, transposeA);
  const [innerB, columns] = lastTwo(b, transposeB);
  if (innerA !== innerB) fail('equal inner axes');
  return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2), 'matmul'), rows, columns];
}

function lastTwo(shape: Shape, swapped: boolean): [Dimension, Dimension] {
  const first = shape[shape.length - 2];
  const second = shape[shape.length - 1];
  return swapped ? [second, first] : [first, second];
}

/** How many cells of an image a filter of `size` cells spans if it reads cells `dilation` apart. */
export function dilatedSize(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** Output length of a window that moves over `size` cells. Not a positive whole number if the window does not fit. */
function windowCount(size: number, window: number, stride: number, before: number, after: number): number {
  return Math.floor((size + before + after - window) / stride) + 1;
}

/**
 * Height and width of the result of moving a window over an image `[batch, h, w, c]`. Throws `VARDROP_SHAPE` if the
 * window is larger than the padded image. Throws `VARDROP_WINDOW` for invalid sizes, strides and padding, and for
 * padding as long as the window, since a window could then lie outside of the image.
 */
export function windowShape(
  image: Shape,
  size: readonly [number, number],
  strides: readonly [number, number],
  padding: Padding,
  who: string,
): [number, number] {
  const [, height, width] = image;
  if (image.length !== 4 || typeof height !== 'number' || typeof width !== 'number') {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] ${who}: got an image of shape ${formatShape(image)}, needs [batch, height, width, channels]. Reshape it.`,
    );
  }
  if (
    ![...size, ...strides].every((n) => Number.isInteger(n) && n > 0) ||
    !padding.every((n) => Number.isInteger(n) && n >= 0)
  ) {
    throw new VardropError(
      'VARDROP_WINDOW',
      `[program] ${who}: got window [${size}], strides [${strides}], padding [${padding}], needs positive integers (padding may be 0).`,
    );
  }
  if (Math.max(padding[0], padding[1]) >= size[0] || Math.max(padding[2], padding[3]) >= size[1]) {
    throw new VardropError(
      'VARDROP_WINDOW',
      `[program] ${who}: got padding [${padding}], needs less than the window's ${size[0]}×${size[1]} on each side, or a window would see nothing but padding. Use less padding.`,
    );
  }
  const rows = windowCount(height, size[0], strides[0], padding[0], padding[1]);
  const columns = windowCount(width, size[1], strides[1], padding[2], padding[3]);
  if (rows < 1 || columns < 1) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] ${who}: got an image of ${height}×${width} with padding [${padding}], needs at least the window's ${size[0]}×${size[1]}. Use 'same' padding or a smaller window.`,
    );
  }
  return [rows, columns];
}

/**
 * Padding with which a window of `size` with `strides` gives `ceil(n / stride)` cells. This is TensorFlow's `same`: the
 * odd cell goes to the bottom and right.
 */
export function samePadding(
  height: number,
  width: number,
  size: readonly [number, number],
  strides: readonly [number, number],
): Padding {
  const total = (n: number, window: number, stride: number) =>
    Math.max((Math.ceil(n / stride) - 1) * stride + window - n, 0);
  const vertical = total(height, size[0], strides[0]);
  const horizontal = total(width, size[1], strides[1]);
  return [
    Math.floor(vertical / 2),
    vertical - Math.floor(vertical / 2),
    Math.floor(horizontal / 2),
    horizontal - Math.floor(horizontal / 2),
  ];
}
