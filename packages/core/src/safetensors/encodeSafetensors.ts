import { readTensor } from '../readTensor.js';
import type { TensorMap } from '../tensorData.js';
import type { FileKind } from './fileKind.js';

/**
 * Tensors as a safetensors file, in the order of their names' insertion: 8 bytes with the header's length (unsigned,
 * little-endian), a JSON header with `{ dtype, shape, data_offsets }` for each name and `__metadata__`, padded with spaces so
 * that the data start at a multiple of 8, then the float32 values, little-endian on every host, without gaps.
 * https://github.com/huggingface/safetensors#format. Throws what `readTensor` throws, such as `VARDROP_STATE` for data that do
 * not fill their shape.
 */
export function encodeSafetensors(
  kind: FileKind,
  tensors: TensorMap<ArrayLike<number>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).map(
    ([name, tensor]) => [name, readTensor(`[${kind.who}] tensor '${name}'`, tensor)] as const,
  );
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of entries) {
    const begin = end;
    end += 4 * data.length;
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  const encoded = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(encoded.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.set(encoded, 8);
  bytes.fill(0x20, 8 + encoded.length, 8 + headerLength);
  let offset = 8 + headerLength;
  for (const [, { data }] of entries) {
    for (let i = 0; i < data.length; i++, offset += 4) view.setFloat32(offset, data[i], true);
  }
  return bytes;
}
