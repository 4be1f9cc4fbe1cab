import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Ort } from '../ort.js';
import { createGpuBuffers } from './gpuBuffers.js';
import type { Memory } from './memory.js';
import { watchGpu } from './watchGpu.js';

/** Bits of `GPUBufferUsage` and `GPUMapMode`, which not every thread has as globals. */
const mapRead = 0x1;
const copyDestination = 0x8;
const mapModeRead = 0x1;

/**
 * The memory of a GPU: tensors are storage buffers of `device`. A GPU reports errors to its device, not to the call
 * that caused them. So from the first error on every read rejects with `VARDROP_BACKEND`, and from the loss of the
 * device on with `VARDROP_DEVICE_LOST`.
 *
 * @param owned whether closing the backend destroys the device
 */
export function createGpuMemory(ort: Ort, device: GPUDevice, owned: boolean): Memory {
  const buffers = createGpuBuffers(device);
  const { check, watch, close } = watchGpu(device);

  function allocate(shape: readonly number[]): OrtTensor {
    const elements = shape.reduce((product, n) => product * n, 1);
    const buffer = buffers.take(elements);
    return ort.Tensor.fromGpuBuffer(buffer, {
      dataType: 'float32',
      dims: shape,
      download: () => download(device, buffer, elements),
      dispose: () => buffers.giveBack(buffer),
    });
  }

  return {
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
        return await watch(() => download(device, tensor.gpuBuffer as GPUBuffer, tensor.size));
      } finally {
        check();
      }
    },
    free: (tensor) => tensor.dispose(),
    watch,
    close() {
      close();
      buffers.close();
      if (owned) device.destroy();
    },
  };
}

/** Copies numbers out of a buffer. */
async function download(device: GPUDevice, buffer: GPUBuffer, elements: number): Promise<Float32Array<ArrayBuffer>> {
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
