import { VardropError } from '@vardrop/core';

/** Knows whether a GPU has failed. */
export interface GpuWatch {
  /** Throws the first failure, if there was one. */
  check(): void;
  /** Does work on the GPU. Rejects if it has failed, or fails before the work is done. */
  watch<T>(work: () => Promise<T>): Promise<T>;
  /** Stops watching. */
  close(): void;
}

/**
 * Watches for errors of `device` (`VARDROP_BACKEND`) and its loss (`VARDROP_DEVICE_LOST`): a GPU reports errors to its
 * device, not to the call that caused them.
 */
export function watchGpu(device: GPUDevice): GpuWatch {
  // A set, since a promise of the failure would keep everything that was ever raced against it.
  const waiting = new Set<(reason: VardropError) => void>();
  let failure: VardropError | undefined;
  let closed = false;
  function fail(reason: VardropError): void {
    if (closed || failure) return;
    failure = reason;
    for (const reject of waiting) reject(reason);
  }
  function check(): void {
    if (failure) throw failure;
  }
  const onError = ({ error }: GPUUncapturedErrorEvent) =>
    fail(
      new VardropError(
        'VARDROP_BACKEND',
        `[onnx:webgpu] device: got an error on the GPU, after which no result can be trusted: ${error.message} Make minibatches or tensors smaller if memory ran out, and create another backend.`,
      ),
    );
  device.addEventListener('uncapturederror', onError);
  void device.lost.then(({ reason, message }) =>
    fail(
      new VardropError(
        'VARDROP_DEVICE_LOST',
        `[onnx:webgpu] device: got a lost device (${reason}: ${message}), whose tensors are gone, needs a live one. Create another backend, and resume from the last checkpoint.`,
      ),
    ),
  );
  return {
    check,
    watch: (work) =>
      new Promise((resolve, reject) => {
        check();
        const done = work();
        waiting.add(reject);
        done.then(resolve, reject).finally(() => waiting.delete(reject));
      }),
    close() {
      closed = true;
      device.removeEventListener('uncapturederror', onError);
    },
  };
}
