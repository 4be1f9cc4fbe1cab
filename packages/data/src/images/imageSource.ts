import type { DataStream } from '@vardrop/core';
import type { ImageItem } from './imageItems.js';
import type { Pixels } from './pixels.js';

/** Images as a network takes them. */
export interface ImageRows {
  /** Numbers from 0 to 1, `[rows, height, width, channels]`. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** The indices of the classes, `[rows]`; empty for images without classes. */
  readonly targets: Float32Array<ArrayBuffer>;
}

/** Images that are decoded when they are read. It is a stream of data, of which nothing but a block is in memory. */
export interface ImageSource extends DataStream<ImageRows> {
  /** `[height, width, channels]` */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The names of the classes; empty for images without classes. */
  readonly classes: readonly string[];
  /** The names of the images, such as `cats/3.png`. */
  readonly names: readonly string[];
  /** The index of the class of each image, `[rows]`; empty for images without classes. */
  readonly labels: readonly number[];
  readonly notes: readonly string[];
  /** Decodes the images block by block, in their order. */
  batches(epoch: number): AsyncIterable<ImageRows>;
  /** Decodes all images into memory. */
  dataset(): Promise<ImageRows>;
  /** The images at some indices, in that order. */
  select(indices: ArrayLike<number>): ImageSource;
}

/** What the images of a source have in common. */
export interface ImageParts {
  readonly classes: readonly string[];
  readonly notes: readonly string[];
  readonly shape: readonly [number, number, number];
  readonly block: number;
  /** Decodes an image, with the size and the channels of all. */
  fit(item: ImageItem): Promise<Pixels>;
}

/** A source of images that are decoded when they are read. */
export function imageSource(items: readonly ImageItem[], parts: ImageParts): ImageSource {
  const { classes, notes, shape, block, fit } = parts;
  const size = shape[0] * shape[1] * shape[2];
  const labels = items.flatMap(({ label }) => (label === undefined ? [] : [classes.indexOf(label)]));

  async function read(start: number, end: number): Promise<ImageRows> {
    const inputs = new Float32Array((end - start) * size);
    for (let i = start; i < end; i++) inputs.set((await fit(items[i])).data, (i - start) * size);
    return { inputs, targets: Float32Array.from(labels.slice(start, end)) };
  }

  return {
    rows: items.length,
    shape,
    classes,
    names: items.map(({ name }) => name),
    labels,
    notes,
    async *batches() {
      for (let start = 0; start < items.length; start += block) {
        yield read(start, Math.min(start + block, items.length));
      }
    },
    dataset: () => read(0, items.length),
    select: (indices) =>
      imageSource(
        Array.from(indices, (index) => items[index]),
        parts,
      ),
  };
}
