/** A safetensors file with a changed header; its data stay. */
export function withHeader(bytes, change) {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const text = new TextEncoder().encode(JSON.stringify(change(header)));
  const result = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
  result.set(text, 8);
  result.set(bytes.subarray(8 + length), 8 + text.length);
  return result;
}
