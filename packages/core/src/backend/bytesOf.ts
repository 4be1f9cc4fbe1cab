/** Bytes as users hold them: a buffer, or any view of one. */
export type BytesSource = ArrayBufferLike | ArrayBufferView;

/** The bytes of a buffer or of a view, not copied; undefined for what is neither. */
export function bytesOf(source: ArrayBufferView): Uint8Array;
export function bytesOf(source: BytesSource): Uint8Array | undefined;
export function bytesOf(source: BytesSource): Uint8Array | undefined {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  // By its tag, because buffers of other realms (frames, test runners) are no instances of this one's class.
  const tag = Object.prototype.toString.call(source);
  return /^\[object (Shared)?ArrayBuffer\]$/.test(tag) ? new Uint8Array(source) : undefined;
}
