import { createHash } from 'node:crypto';
import type { ImageDataset } from './imageDataset.js';

/** @returns 16 hexadecimal digits that tell data of the same name and size apart, wherever they lie. */
export function digestOf({ train, test }: ImageDataset): string {
  const hash = createHash('sha256');
  for (const { images, labels } of [train, test]) {
    for (const { buffer, byteOffset, byteLength } of [images, labels]) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
