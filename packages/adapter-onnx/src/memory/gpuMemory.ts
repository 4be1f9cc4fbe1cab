import { VardropError } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Ort } from '../ort.js';
import { createGpuBuffers } from './gpuBuffers.js';
import type { Memory } from './memory.js';

/** Bits of `GPUBufferUsage` and `GPUMapMode`, which not every thread has as globals. */
const mapRead = 0x1;
const copyDestination = 0x8;
const mapModeRead = 0x1;

/**
 * The memory of a GPU: tensors are storage buffers of `device`. What goes wrong on a GPU is told to the device and not to
 * whoever asked for the work, so that from the first error on every read rejects
 * (`VARDROP_BACKEND`), and once the device is lost (`VARDROP_DEVICE_LOST`).
 *
 * @param owned whether the device goes with the backend.
 */
export function createGpuMemory(ort: Ort, device: GPUDevice, owned: boolean): Memory {
  const buffers = createGpuBuffers(device);
  // A set, since a promise for the failure would hold all that was ever raced against it.
  const waiting = new Set<(reason: VardropError) => void>();
  let failure: VardropError | undefined;
  let closed = false;
  function fail(reason: VardropError): void {
    if (closed || failure) return;
    failure = reason;
    for (const reject of waiting) reject(reason);
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
        `[onnx:webgpu] device: it is lost (${reason}: ${message}), and with it every tensor. Create another backend, and resume from the last checkpoint.`,
      ),
    ),
  );
  const check = () => {
    if (failure) throw failure;
  };

  async function download(buffer: GPUBuffer, elements: number): Promise<Float32Array<ArrayBuffer>> {
    const size = 4 * elements;
    const staging = device.createBuffer({ size, usage: mapRead | copyDestination });
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(mapModeRead);
      return new Float32Array(staging.getMappedRange().slice(0));
    } finally {
      staging.destroy();
    }
  }

  function allocate(shape: readonly number[]): OrtTensor {
    const elements = shape.reduce((product, n) => product * n, 1);
    const buffer = buffers.take(elements);
    return ort.Tensor.fromGpuBuffer(buffer, {
      dataType: 'float32',
      dims: shape,
      download: () => download(buffer, elements),
      dispose: () => buffers.giveBack(buffer),
    });
  }

  const memory: Memory = {
    location: 'gpu-buffer',
    elements: Math.floor(Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize) / 4),
    upload(data, shape) {
      check();
      const tensor = allocate(shape);
      device.queue.writeBuffer(tensor.gpuBuffer as GPUBuffer, 0, data as Float32Array<ArrayBuffer>);
      return tensor;
    },
    allocate,
    async read(tensor) {
      check();
      if (tensor.location !== 'gpu-buffer') return (tensor.data as Float32Array).slice();
      try {
        return await memory.watch(() => download(tensor.gpuBuffer as GPUBuffer, tensor.size));
      } finally {
        check();
      }
    },
    free: (tensor) => tensor.dispose(),
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
      buffers.close();
      if (owned) device.destroy();
    },
  };
  return memory;
}
