import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** Bytes to hash at once. A hash takes less than 2 GiB, and signals are handled between the pieces. */
const pieceBytes = 64 * 2 ** 20;

/** @returns 16 hexadecimal digits that tell data of the same name and size apart, in any folder. */
export async function digestOf(arrays: readonly ArrayBufferView[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (let start = 0; start < byteLength; start += pieceBytes) {
      hash.update(new Uint8Array(buffer, byteOffset + start, Math.min(pieceBytes, byteLength - start)));
      await setImmediate();
    }
  }
  return hash.digest('hex').slice(0, 16);
}
