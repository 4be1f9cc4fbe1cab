import type { TensorInfo } from '@tensorflow/tfjs';
import { sameShape } from '@vardrop/core/program';
import type { Device } from './device.js';

/** The same values in another shape. */
export const reshape = (device: Device, x: TensorInfo, shape: readonly number[]) =>
  device.call('Reshape', { x }, { shape: [...shape] });

/** Axis i of the result is axis `permutation[i]` of x. */
export const transpose = (device: Device, x: TensorInfo, permutation: readonly number[]) =>
  device.call('Transpose', { x }, { perm: [...permutation] });

/** NumPy broadcasting of x to `shape`. */
export function broadcast(device: Device, x: TensorInfo, shape: readonly number[]): TensorInfo {
  if (sameShape(x.shape, shape)) return device.share(x);
  const padded = [...Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
  const aligned = reshape(device, x, padded);
  const reps = shape.map((n, axis) => (padded[axis] === n ? 1 : n));
  return device.call('Tile', { x: aligned }, { reps });
}
