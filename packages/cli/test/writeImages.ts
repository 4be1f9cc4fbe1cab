import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as random from '@vardrop/core/random';

/** Images of 6×6 or other pixels in three classes: a bright band at the top, the middle or the bottom, in noise. */
export async function writeImages(
  directory: string,
  part: 'train' | 't10k',
  count: number,
  seed: number,
  [height, width]: readonly [number, number] = [6, 6],
): Promise<void> {
  const pixels = height * width;
  const noise = random.uniform(random.key(seed), count * pixels);
  const images = Buffer.alloc(16 + count * pixels);
  [0x0803, count, height, width].forEach((value, i) => {
    images.writeUInt32BE(value, 4 * i);
  });
  const labels = Buffer.alloc(8 + count);
  [0x0801, count].forEach((value, i) => {
    labels.writeUInt32BE(value, 4 * i);
  });
  for (let i = 0; i < count; i++) {
    const label = i % 3;
    labels[8 + i] = label;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const band = Math.floor((3 * pixel) / pixels) === label ? 90 : 0;
      images[16 + i * pixels + pixel] = Math.floor(band + 150 * noise[i * pixels + pixel]);
    }
  }
  await writeFile(join(directory, `${part}-images-idx3-ubyte`), images);
  await writeFile(join(directory, `${part}-labels-idx1-ubyte`), labels);
}
