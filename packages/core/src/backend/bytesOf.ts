/** Bytes in one of the types that users have: a buffer, or any view of one. */
export type BytesSource = ArrayBufferLike | ArrayBufferView;

/** The bytes of a buffer or of a view, without a copy. Undefined for anything else. */
export function bytesOf(source: ArrayBufferView): Uint8Array;
export function bytesOf(source: BytesSource): Uint8Array | undefined;
export function bytesOf(source: BytesSource): Uint8Array | undefined {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  // Compares the tag, because buffers of other realms (frames, test runners) are not instances of this realm's class.
  const tag = Object.prototype.toString.call(source);
  return /^\[object (Shared)?ArrayBuffer\]$/.test(tag) ? new Uint8Array(source) : undefined;
}
