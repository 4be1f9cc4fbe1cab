/**
 * Counts what crosses between JavaScript and GPUs, and the GPUs' buffers, from now on: bytes written (with those of buffers
 * that are mapped when they are made), bytes of buffers mapped for reading, buffers that are there, and submissions.
 */
export function countTraffic() {
  const traffic = { written: 0, read: 0, buffers: 0, bytes: 0, submissions: 0 };
  /** @type {Set<GPUBuffer>} */
  const live = new Set();
  const { createBuffer } = GPUDevice.prototype;
  const { writeBuffer, submit } = GPUQueue.prototype;
  const { destroy, mapAsync } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    live.add(buffer);
    traffic.buffers++;
    traffic.bytes += buffer.size;
    if (descriptor.mappedAtCreation) traffic.written += buffer.size;
    return buffer;
  };
  GPUQueue.prototype.writeBuffer = function (buffer, offset, data, from, size) {
    // Sizes count elements of typed arrays, and bytes of others.
    const unit = ArrayBuffer.isView(data) && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1;
    traffic.written += size === undefined ? data.byteLength - unit * (from ?? 0) : unit * size;
    writeBuffer.call(this, buffer, offset, data, from, size);
  };
  GPUQueue.prototype.submit = function (commands) {
    traffic.submissions++;
    submit.call(this, commands);
  };
  GPUBuffer.prototype.mapAsync = function (...range) {
    traffic.read += this.size;
    return mapAsync.apply(this, range);
  };
  GPUBuffer.prototype.destroy = function () {
    if (live.delete(this)) {
      traffic.buffers--;
      traffic.bytes -= this.size;
    }
    return destroy.call(this);
  };
  return () => ({ ...traffic });
}
