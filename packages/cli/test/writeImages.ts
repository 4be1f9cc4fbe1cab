import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as random from '@vardrop/core/random';

/** Images of 6×6 pixels in three classes: a bright band at the top, the middle or the bottom, in noise. */
export async function writeImages(
  directory: string,
  part: 'train' | 't10k',
  count: number,
  seed: number,
): Promise<void> {
  const noise = random.uniform(random.key(seed), count * 36);
  const images = Buffer.alloc(16 + count * 36);
  [0x0803, count, 6, 6].forEach((value, i) => {
    images.writeUInt32BE(value, 4 * i);
  });
  const labels = Buffer.alloc(8 + count);
  [0x0801, count].forEach((value, i) => {
    labels.writeUInt32BE(value, 4 * i);
  });
  for (let i = 0; i < count; i++) {
    const label = i % 3;
    labels[8 + i] = label;
    for (let pixel = 0; pixel < 36; pixel++) {
      const band = Math.floor(pixel / 12) === label ? 90 : 0;
      images[16 + i * 36 + pixel] = Math.floor(band + 150 * noise[i * 36 + pixel]);
    }
  }
  await writeFile(join(directory, `${part}-images-idx3-ubyte`), images);
  await writeFile(join(directory, `${part}-labels-idx1-ubyte`), labels);
}
