/** Whether a value is a Float32Array. By its tag and not by its class, since pages, frames and workers have one each. */
export function isFloat32Array(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Float32Array]';
}
