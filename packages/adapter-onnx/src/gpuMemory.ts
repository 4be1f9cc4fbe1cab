import { VardropError } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Ort } from './loadRuntime.js';
import type { Memory } from './memory.js';

/** Bits of `GPUBufferUsage` and `GPUMapMode`, which not every thread has as globals. */
const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, storage: 0x80 } as const;
const mapModeRead = 0x1;

/** The runtime's shaders and copies take whole groups of four numbers. */
const bytesOf = (elements: number) => 16 * Math.ceil(elements / 4);

/**
 * The memory of a GPU: tensors are storage buffers of `device`. What goes wrong on a GPU is told to the device and not to
 * whoever asked for the work, so that from the first error on, or once the device is lost, every read rejects
 * (`VARDROP_BACKEND`).
 *
 * @param owned whether the device goes with the backend.
 */
export function createGpuMemory(ort: Ort, device: GPUDevice, owned: boolean): Memory {
  let failure: VardropError | undefined;
  let closed = false;
  let fail: (reason: VardropError) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = (reason) => {
      if (closed) return;
      failure ??= reason;
      reject(failure);
    };
  });
  failed.catch(() => undefined);
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
        'VARDROP_BACKEND',
        `[onnx:webgpu] device: it is lost (${reason}: ${message}), and with it every tensor. Create another backend, and resume from the last checkpoint.`,
      ),
    ),
  );
  const check = () => {
    if (failure) throw failure;
  };

  async function download(tensor: OrtTensor): Promise<Float32Array> {
    const elements = tensor.size;
    const staging = device.createBuffer({
      size: bytesOf(elements),
      usage: usage.mapRead | usage.copyDestination,
    });
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(tensor.gpuBuffer as GPUBuffer, 0, staging, 0, 4 * elements);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(mapModeRead);
      return new Float32Array(staging.getMappedRange(0, 4 * elements).slice(0));
    } finally {
      staging.destroy();
    }
  }

  const memory: Memory = {
    location: 'gpu-buffer',
    elements: Math.floor(Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize) / 4),
    upload(data, shape) {
      check();
      const buffer = device.createBuffer({
        size: bytesOf(data.length),
        usage: usage.storage | usage.copySource | usage.copyDestination,
        mappedAtCreation: true,
      });
      new Float32Array(buffer.getMappedRange()).set(data);
      buffer.unmap();
      return ort.Tensor.fromGpuBuffer(buffer, {
        dataType: 'float32',
        dims: shape,
        dispose: () => buffer.destroy(),
      }) as OrtTensor;
    },
    async read(tensor) {
      check();
      if (tensor.location !== 'gpu-buffer') return (tensor.data as Float32Array).slice();
      try {
        return await memory.watch(download(tensor));
      } finally {
        check();
      }
    },
    free: (tensor) => tensor.dispose(),
    watch: (work) => Promise.race([work, failed]),
    close() {
      closed = true;
      device.removeEventListener('uncapturederror', onError);
      if (owned) device.destroy();
    },
  };
  return memory;
}
