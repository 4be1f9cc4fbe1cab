import type { TensorInfo } from '@tensorflow/tfjs';
import type { SlidingWindow } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import { join, pad } from '../device/shape.js';
import { inOneOrder } from '../gpu/products/inOneOrder.js';
import { addAll, partOf, runsOf } from './runs.js';

/** Padding in the format of tfjs's kernels. */
export const explicit = ([top, bottom, left, right]: SlidingWindow['padding']) => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

/** Images with a value around them; unchanged if there is no padding. */
export const padImage = (
  device: Device,
  x: TensorInfo,
  padding: SlidingWindow['padding'],
  value: number,
): TensorInfo => {
  const [top, bottom, left, right] = padding;
  return padding.some((n) => n > 0) ? pad(device, x, [0, top, left, 0], [0, bottom, right, 0], value) : x;
};

const none = [0, 0, 0, 0] as const;

/**
 * Images ⋆ filter, within the limits of the device. Images are cut into runs for which there are enough groups of
 * threads. The filter is halved until no half takes more turns than a thread completes.
 */
export function convolve(
  device: Device,
  x: TensorInfo,
  filter: TensorInfo,
  strides: readonly [number, number],
  padding: SlidingWindow['padding'],
  dilations: readonly [number, number],
): TensorInfo {
  const { groups } = device;
  if (x.shape[0] > groups) {
    return device.scoped(() => {
      const runs = runsOf(x.shape[0], groups).map((run) => partOf(device, x, 0, run));
      return join(
        device,
        runs.map((run) => convolve(device, run, filter, strides, padding, dilations)),
        0,
      );
    });
  }
  if (turnsOf(filter.shape) > device.turns) {
    return device.scoped(() => addAll(device, inHalves(device, x, filter, strides, padding, dilations)));
  }
  const [height, width, channels, columns] = filter.shape;
  const places = placesOf(x.shape, filter.shape, strides, padding, dilations);
  // tfjs multiplies image by image: the matrix of all windows times the filter.
  const size = { rows: places[0] * places[1], columns, length: height * width * channels };
  const attributes = {
    strides: [...strides],
    pad: explicit(padding),
    dilations: [...dilations],
    dataFormat: 'NHWC',
    dimRoundingMode: 'floor',
  };
  return inOneOrder(device, size, () => device.call('Conv2D', { x, filter }, attributes));
}

/** Turns of three nested loops, including their ends. */
const turnsOf = ([height, width, channels]: readonly number[]) => height * (width * (channels + 2) + 2) + 1;

/** Rows and columns of the result. */
function placesOf(
  image: readonly number[],
  filter: readonly number[],
  strides: readonly [number, number],
  padding: SlidingWindow['padding'],
  dilations: readonly [number, number],
): readonly [number, number] {
  const along = (axis: 0 | 1) => {
    const covered = dilations[axis] * (filter[axis] - 1) + 1;
    return Math.floor((image[axis + 1] + padding[2 * axis] + padding[2 * axis + 1] - covered) / strides[axis]) + 1;
  };
  return [along(0), along(1)];
}

/**
 * The convolutions of the two halves of a filter, cut along its longest axis, each with the part of the images that it
 * reads.
 */
function inHalves(
  device: Device,
  x: TensorInfo,
  filter: TensorInfo,
  strides: readonly [number, number],
  padding: SlidingWindow['padding'],
  dilations: readonly [number, number],
): readonly TensorInfo[] {
  const sides = filter.shape.slice(0, 3);
  const axis = sides.indexOf(Math.max(...sides));
  const halves = runsOf(sides[axis], Math.ceil(sides[axis] / 2));
  if (axis === 2) {
    return halves.map((half) => {
      const seen = partOf(device, x, 3, half);
      return convolve(device, seen, partOf(device, filter, 2, half), strides, padding, dilations);
    });
  }
  const places = placesOf(x.shape, filter.shape, strides, padding, dilations);
  const padded = padImage(device, x, padding, 0);
  return halves.map((half) => {
    const reach = (places[axis] - 1) * strides[axis] + (half.length - 1) * dilations[axis] + 1;
    const seen = partOf(device, padded, axis + 1, { from: half.from * dilations[axis], length: reach });
    return convolve(device, seen, partOf(device, filter, axis, half), strides, none, dilations);
  });
}
