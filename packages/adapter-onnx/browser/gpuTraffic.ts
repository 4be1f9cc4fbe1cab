/** What crosses between JavaScript and GPUs, and the buffers that are there. */
export interface GpuTraffic {
  /** Bytes written by `writeBuffer` and into buffers that are mapped when they are made. */
  written: number;
  /** Bytes of buffers that were mapped for reading. */
  read: number;
  /** Buffers that were made and not destroyed. */
  buffers: number;
  bytes: number;
}

/** Counts from now on, for all GPUs of the page, until `stop` is called. */
export function countGpuTraffic(): { readonly now: () => GpuTraffic; readonly stop: () => void } {
  const traffic: GpuTraffic = { written: 0, read: 0, buffers: 0, bytes: 0 };
  const live = new Set<GPUBuffer>();
  const { createBuffer } = GPUDevice.prototype;
  const { writeBuffer } = GPUQueue.prototype;
  const { destroy, mapAsync } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    live.add(buffer);
    traffic.bytes += buffer.size;
    if (descriptor.mappedAtCreation) traffic.written += buffer.size;
    return buffer;
  };
  GPUQueue.prototype.writeBuffer = function (...[buffer, offset, data, from, size]: Parameters<typeof writeBuffer>) {
    // Sizes count elements of typed arrays, and bytes of others.
    const unit = ArrayBuffer.isView(data) && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1;
    traffic.written += size === undefined ? data.byteLength - unit * (from ?? 0) : unit * size;
    writeBuffer.call(this, buffer, offset, data, from, size);
  };
  GPUBuffer.prototype.mapAsync = function (...range: Parameters<typeof mapAsync>) {
    traffic.read += this.size;
    return mapAsync.apply(this, range);
  };
  GPUBuffer.prototype.destroy = function () {
    if (live.delete(this)) traffic.bytes -= this.size;
    return destroy.call(this);
  };
  return {
    now: () => ({ ...traffic, buffers: live.size }),
    stop() {
      GPUDevice.prototype.createBuffer = createBuffer;
      GPUQueue.prototype.writeBuffer = writeBuffer;
      Object.assign(GPUBuffer.prototype, { destroy, mapAsync });
    },
  };
}
