import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Ort } from '../ort.js';
import { createReserve } from './reserve.js';

/** Where a backend's tensors live. */
export interface Memory {
  /** Copies values in before it returns. */
  upload(data: Float32Array, shape: readonly number[]): OrtTensor;
  /** A tensor of an array that belongs to someone else, who gets it back when the tensor is freed. Absent for GPUs. */
  lend?(array: Float32Array, shape: readonly number[], giveBack: (array: Float32Array) => void): OrtTensor;
  /** A tensor for a session to write a result to; absent where sessions make their results themselves. */
  allocate?(shape: readonly number[]): OrtTensor;
  /** Copies values out. Several reads may be under way at once. */
  read(tensor: OrtTensor): Promise<Float32Array<ArrayBuffer>>;
  /** Frees a tensor that nobody uses any more. */
  free(tensor: OrtTensor): void;
  /** Does work on the device. Rejects if the device has failed, or fails before the work is done. */
  watch<T>(work: () => Promise<T>): Promise<T>;
  /** Where sessions leave their results. */
  readonly location: 'cpu' | 'gpu-buffer';
  /** Largest number of elements of a tensor; absent if only memory limits it. */
  readonly elements?: number;
  /** Frees everything that is left. */
  close(): void;
}

/**
 * JavaScript's own memory. Uploaded values are in arrays from a reserve, to which they are given back when the tensor
 * is freed.
 */
export function createHostMemory(ort: Ort): Memory {
  const reserve = createReserve();
  const owners = new WeakMap<Float32Array, (array: Float32Array) => void>();
  return {
    location: 'cpu',
    upload(data, shape) {
      const array = reserve.take(data.length);
      array.set(data);
      return new ort.Tensor('float32', array, shape);
    },
    lend(array, shape, giveBack) {
      owners.set(array, giveBack);
      return new ort.Tensor('float32', array, shape);
    },
    // The runtime itself copies tensors from other places.
    read: async (tensor) => ((await tensor.getData()) as Float32Array).slice(),
    free(tensor) {
      if (tensor.location !== 'cpu') return;
      const array = tensor.data as Float32Array;
      reserve.giveBack(array);
      owners.get(array)?.(array);
    },
    watch: (work) => work(),
    close: () => undefined,
  };
}
