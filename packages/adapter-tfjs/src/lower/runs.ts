import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../device/device.js';

/** Part of a tensor along an axis. */
export function slice(device: Device, x: TensorInfo, axis: number, from: number, length: number): TensorInfo {
  const begin = x.shape.map((_, each) => (each === axis ? from : 0));
  return device.call('Slice', { x }, { begin, size: x.shape.map((n, each) => (each === axis ? length : n)) });
}

/** Part of an axis. */
export interface Run {
  readonly from: number;
  readonly length: number;
}

/** Runs that `length` is cut into, as few and as even as can be, of at most `most` each. */
export function runsOf(length: number, most: number): readonly Run[] {
  if (length <= most) return [{ from: 0, length }];
  const size = Math.ceil(length / Math.ceil(length / most));
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => ({
    from: i * size,
    length: Math.min(size, length - i * size),
  }));
}

/** The sum of tensors of one shape. */
export const addAll = (device: Device, tensors: readonly TensorInfo[]): TensorInfo =>
  tensors.reduce((a, b) => device.call('Add', { a, b }));

/** Tensors one after the other along an axis. */
export const join = (device: Device, tensors: readonly TensorInfo[], axis: number): TensorInfo =>
  tensors.length === 1 ? tensors[0] : device.call('Concat', tensors, { axis });
