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

/** The part of x that starts at `begin`. */
export const slice = (device: Device, x: TensorInfo, begin: readonly number[], size: readonly number[]) =>
  device.call('Slice', { x }, { begin: [...begin], size: [...size] });

/** x with a value before and after it along each axis. */
export const pad = (
  device: Device,
  x: TensorInfo,
  before: readonly number[],
  behind: readonly number[],
  value: number,
) => device.call('PadV2', { x }, { paddings: before.map((n, axis) => [n, behind[axis]]), constantValue: value });

/** Joins tensors along an axis. */
export const join = (device: Device, tensors: readonly TensorInfo[], axis: number): TensorInfo =>
  tensors.length === 1 ? tensors[0] : device.call('Concat', tensors, { axis });
