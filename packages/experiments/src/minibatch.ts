import * as random from '@vardrop/core/random';
import type { ImageData } from './imageData.js';

/** Rows of a data set, as programs take them. */
export interface ImageRows {
  /** `[rows, inputs]`. */
  readonly x: Float32Array;
  /** One-hot labels `[rows, classes]`. */
  readonly y: Float32Array;
}

/** Rows of the training images, drawn with replacement, so datapoints are independent even with few images. */
export function drawMinibatch({ train, inputs, classes }: ImageData, key: random.Key, rows: number): ImageRows {
  const count = train.targets.length;
  const words = new Uint32Array(rows);
  random.hostGenerator().bits(key, words);
  const x = new Float32Array(rows * inputs);
  const y = new Float32Array(rows * classes);
  words.forEach((word, row) => {
    // Of 2³² words. The bias of an index is at most count / 2³².
    const index = Math.floor((word / 2 ** 32) * count);
    x.set(train.inputs.subarray(index * inputs, (index + 1) * inputs), row * inputs);
    y[row * classes + train.targets[index]] = 1;
  });
  return { x, y };
}
