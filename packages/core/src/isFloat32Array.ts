/**
 * Whether a value is a Float32Array. The tag is compared and not the class, since each page, frame and worker has its own
 * class.
 */
export function isFloat32Array(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Float32Array]';
}
