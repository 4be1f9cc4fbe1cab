import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../device/device.js';
import { slice } from '../device/shape.js';

/** Part of an axis. */
export interface Run {
  readonly from: number;
  readonly length: number;
}

/** A run of a tensor's axis. */
export const partOf = (device: Device, x: TensorInfo, axis: number, { from, length }: Run): TensorInfo =>
  slice(
    device,
    x,
    x.shape.map((_, each) => (each === axis ? from : 0)),
    x.shape.map((n, each) => (each === axis ? length : n)),
  );

/** Cuts `length` into runs of at most `most` each, as few and as equal as possible. */
export function runsOf(length: number, most: number): readonly Run[] {
  if (length <= most) return [{ from: 0, length }];
  const size = Math.ceil(length / Math.ceil(length / most));
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => ({
    from: i * size,
    length: Math.min(size, length - i * size),
  }));
}

/** The sum of tensors of the same shape. */
export const addAll = (device: Device, tensors: readonly TensorInfo[]): TensorInfo =>
  tensors.reduce((a, b) => device.call('Add', { a, b }));
