import type { TensorInfo } from '@tensorflow/tfjs';
import { type Convolution, elementCount, type NodeShapes, type SlidingWindow } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { pad, reshape, slice, transpose } from '../device/shape.js';
import { convolve, explicit, padImage } from './convolve.js';
import { addAll } from './runs.js';

type Pool = SlidingWindow & { readonly size: readonly [number, number] };

/** Image ⋆ filter, in one group. */
export function conv2d(device: Device, { strides, padding, dilations }: Convolution): Lowering {
  return ([x, filter]) => convolve(device, x, filter, strides, padding, dilations);
}

/**
 * Gradient of `conv2d` with respect to its image: dy with `stride − 1` zeros between its cells, convolved with the
 * reversed filter, whose channels are swapped. (tfjs's own kernel is a naive loop on wasm and has no dilations.)
 */
export function conv2dInputGradient(device: Device, window: Convolution, shapes: NodeShapes): Lowering {
  const [filterShape] = shapes.operands;
  const { strides, padding, dilations } = window;
  const [, height, width] = shapes.out;
  /** Distance between the first and the last cell of a filter. */
  const [down, across] = [0, 1].map((axis) => (filterShape[axis] - 1) * dilations[axis]);
  return ([filter, dy]) =>
    device.scoped(() => {
      // Row r of the image reads the padded, spread dy from row r on, so the first row of dy is at down − top.
      const spread = place(device, dy, strides, {
        height: height + down,
        width: width + across,
        top: down - padding[0],
        left: across - padding[2],
      });
      const turned = transpose(device, device.call('Reverse', { x: filter }, { dims: [0, 1] }), [0, 1, 3, 2]);
      return convolve(device, spread, turned, [1, 1], [0, 0, 0, 0], dilations);
    });
}

/**
 * Gradient of `conv2d` with respect to its filter. It is itself a convolution: images and dy have batch and channels
 * swapped, dy is the filter. The original strides are its dilations, and the original dilations are its strides.
 */
export function conv2dFilterGradient(device: Device, window: Convolution, shapes: NodeShapes): Lowering {
  const { strides, padding, dilations } = window;
  const [height, width, imageChannels, channels] = shapes.out;
  return ([image, dy]) =>
    device.scoped(() => {
      const swapped = transpose(device, image, [3, 1, 2, 0]);
      const filter = transpose(device, dy, [1, 2, 0, 3]);
      const all = convolve(device, swapped, filter, dilations, padding, strides);
      // If no window reaches the last rows of the image, the result has more rows than the filter.
      const cut = slice(device, all, [0, 0, 0, 0], [imageChannels, height, width, channels]);
      return transpose(device, cut, [1, 2, 0, 3]);
    });
}

/** Maximum or average of each window. Padding does not count. */
export function pool(device: Device, kind: 'max' | 'average', pooling: Pool, shapes: NodeShapes): Lowering {
  const { size, strides, padding } = pooling;
  // tfjs's kernels need at least one image cell in every window and windows of more than one cell. The wasm kernel of
  // averages turns NaN into −∞.
  const direct =
    size[0] * size[1] > 1 &&
    padding.every((n, side) => n < size[side >> 1]) &&
    (kind === 'max' || device.name === 'cpu');
  if (direct) {
    const kernel = kind === 'max' ? 'MaxPool' : 'AvgPool';
    const attributes = {
      filterSize: [...size],
      strides: [...strides],
      pad: explicit(padding),
      dimRoundingMode: 'floor',
    };
    return ([x]) => device.call(kernel, { x }, attributes);
  }
  if (kind === 'max')
    return ([x]) => device.scoped(() => maximum(device, slices(device, x, pooling, shapes.out, -Infinity)));
  const [image] = shapes.operands;
  return ([x]) =>
    device.scoped(() => {
      const cells = slices(device, x, pooling, shapes.out, 0);
      return device.call('Multiply', { a: addAll(device, cells), b: shares(device, pooling, image, shapes.out) });
    });
}

/** The gradient goes to the first maximum of each window in row-major order. */
export function maxPool2dGradient(device: Device, pooling: Pool, shapes: NodeShapes): Lowering {
  const [image, pooled] = shapes.operands;
  return ([x, dy]) =>
    device.scoped(() => {
      const cells = slices(device, x, pooling, pooled, -Infinity);
      const top = maximum(device, cells);
      // NaN as padding never equals a maximum, even if all image cells in a window are −∞.
      const candidates = pooling.padding.some((n) => n > 0) ? slices(device, x, pooling, pooled, Number.NaN) : cells;
      const zero = device.create(new Float32Array(elementCount(dy.shape)), dy.shape);
      let remaining = dy;
      const gradients = candidates.map((cell) => {
        const condition = device.call('Equal', { a: cell, b: top });
        const taken = device.call('Select', { condition, t: remaining, e: zero });
        remaining = device.call('Select', { condition, t: zero, e: remaining });
        return taken;
      });
      return spreadOver(device, gradients, pooling, image);
    });
}

/** Each image cell of a window gets an equal share of the window's gradient. */
export function averagePool2dGradient(device: Device, pooling: Pool, shapes: NodeShapes): Lowering {
  const [pooled] = shapes.operands;
  return ([dy]) =>
    device.scoped(() => {
      const share = device.call('Multiply', { a: dy, b: shares(device, pooling, shapes.out, pooled) });
      const count = pooling.size[0] * pooling.size[1];
      return spreadOver(device, Array<TensorInfo>(count).fill(share), pooling, shapes.out);
    });
}

/** Cell (i, j) of every window, for all i and j in row-major order. Each result has the pooled shape. */
function slices(device: Device, x: TensorInfo, pooling: Pool, pooled: readonly number[], fill: number): TensorInfo[] {
  const { size, strides, padding } = pooling;
  const padded = padImage(device, x, padding, fill);
  return cellsOf(size).map(([i, j]) => {
    const end = [i + (pooled[1] - 1) * strides[0] + 1, j + (pooled[2] - 1) * strides[1] + 1];
    return device.call(
      'StridedSlice',
      { x: padded },
      {
        begin: [0, i, j, 0],
        end: [pooled[0], end[0], end[1], pooled[3]],
        strides: [1, strides[0], strides[1], 1],
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
    );
  });
}

/** The adjoint of `slices`: adds each window's cell (i, j) to its place in the image. */
function spreadOver(device: Device, cells: readonly TensorInfo[], pooling: Pool, image: readonly number[]): TensorInfo {
  const [top, , left] = pooling.padding;
  const placed = cellsOf(pooling.size).map(([i, j], k) =>
    place(device, cells[k], pooling.strides, { height: image[1], width: image[2], top: i - top, left: j - left }),
  );
  return addAll(device, placed);
}

/**
 * An image of `height × width` with cell (r, c) of x at `(top + r · strides[0], left + c · strides[1])` and zeros
 * elsewhere. Cells outside of the image are dropped.
 */
function place(
  device: Device,
  x: TensorInfo,
  strides: readonly [number, number],
  target: { height: number; width: number; top: number; left: number },
): TensorInfo {
  const [batch, rows, columns, channels] = x.shape;
  let spread = x;
  if (strides[0] > 1 || strides[1] > 1) {
    const rowByRow = reshape(device, x, [batch * rows, 1, columns, channels]);
    const apart = pad(device, rowByRow, [0, 0, 0, 0], [0, strides[0] - 1, 0, 0], 0);
    const cellByCell = reshape(device, apart, [batch * rows * strides[0] * columns, 1, channels]);
    const both = pad(device, cellByCell, [0, 0, 0], [0, strides[1] - 1, 0], 0);
    spread = reshape(device, both, [batch, rows * strides[0], columns * strides[1], channels]);
  }
  const fit = (start: number, length: number, wanted: number) => ({
    before: Math.max(start, 0),
    after: Math.max(wanted - start - length, 0),
    skip: Math.max(-start, 0),
  });
  const vertical = fit(target.top, spread.shape[1], target.height);
  const horizontal = fit(target.left, spread.shape[2], target.width);
  const before = [0, vertical.before, horizontal.before, 0];
  const padded = pad(device, spread, before, [0, vertical.after, horizontal.after, 0], 0);
  const size = [batch, target.height, target.width, channels];
  return slice(device, padded, [0, vertical.skip, horizontal.skip, 0], size);
}

/** One over the number of image cells in each window, `[1, height, width, 1]` repeated over the pooled shape. */
function shares(device: Device, pooling: Pool, image: readonly number[], pooled: readonly number[]): TensorInfo {
  const { size, strides, padding } = pooling;
  const inside = (index: number, axis: 0 | 1) => {
    const start = index * strides[axis] - padding[2 * axis];
    return Math.min(start + size[axis], image[axis + 1]) - Math.max(start, 0);
  };
  const values = new Float32Array(elementCount(pooled));
  const [, height, width, channels] = pooled;
  for (let i = 0; i < values.length; i++) {
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / (channels * width)) % height;
    values[i] = 1 / (inside(row, 0) * inside(column, 1));
  }
  return device.create(values, pooled);
}

function maximum(device: Device, cells: readonly TensorInfo[]): TensorInfo {
  return cells.reduce((a, b) => device.call('Maximum', { a, b }));
}

function cellsOf([height, width]: readonly [number, number]): [number, number][] {
  return Array.from({ length: height * width }, (_, k) => [Math.floor(k / width), k % width]);
}
