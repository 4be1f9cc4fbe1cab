import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Ort } from './loadRuntime.js';

/** Where a backend's tensors live. */
export interface Memory {
  /** Copies values in before it returns. */
  upload(data: Float32Array, shape: readonly number[]): OrtTensor;
  /** A tensor for a session to write a result to; absent where sessions make their results themselves. */
  allocate?(shape: readonly number[]): OrtTensor;
  /** Copies values out; as often, and as often at once, as one likes. */
  read(tensor: OrtTensor): Promise<Float32Array>;
  /** Frees a tensor that nobody uses any more. */
  free(tensor: OrtTensor): void;
  /** Waits for work on the device. Rejects if the device fails first. */
  watch<T>(work: Promise<T>): Promise<T>;
  /** Where the results of sessions are left. */
  readonly location: 'cpu' | 'gpu-buffer';
  /** Largest number of elements of a tensor; absent if only memory limits it. */
  readonly elements?: number;
  /** Frees all that is left. */
  close(): void;
}

/** JavaScript's own memory, which its garbage collector frees. */
export function createHostMemory(ort: Ort): Memory {
  return {
    location: 'cpu',
    upload: (data, shape) => new ort.Tensor('float32', data.slice(), shape),
    // On request the runtime copies tensors out of other places itself.
    read: async (tensor) => ((await tensor.getData()) as Float32Array).slice(),
    free: () => undefined,
    watch: (work) => work,
    close: () => undefined,
  };
}
