import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { VardropError } from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { fromImages } from '@vardrop/data';
import { idxPaths } from './idx.js';
import { imageData } from './imageData.js';
import type { ImageSplit } from './imageDataset.js';
import type { TaskData } from './taskData.js';

/** Images for testing, where the folder does not say: one in this many of each class. */
const testOneIn = 5;

/** Whether a folder has folders of images, and no IDX files. */
export async function isImageFolder(path: string): Promise<boolean> {
  if ((await idxPaths(path)).length > 0) return false;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.some((entry) => entry.isDirectory());
}

/**
 * Loads a folder of images with a folder for each class. Folders `train` and `test` in it have the two parts; without them a fifth of
 * each class is for testing, always the same.
 *
 * @throws VardropError `VARDROP_TASK` for fewer than two classes, and what `fromImages` throws.
 */
export async function imageFolder(path: string): Promise<TaskData> {
  const names = await readdir(path);
  const name = basename(resolve(path));
  const isSplit = names.includes('train') && names.includes('test');
  const source = await fromImages(isSplit ? join(path, 'train') : path);
  const { classes, shape, notes } = source;
  if (classes.length < 2) {
    throw new VardropError(
      'VARDROP_TASK',
      `[vardrop train] --data: got ${path} with ${classes.length === 1 ? `the one class '${classes[0]}'` : 'images without classes'}, needs a folder of images for each of two classes or more.`,
    );
  }
  const [height, width, channels] = shape;
  const dealt = isSplit ? undefined : dealTest(source.labels, classes.length);
  const [train, test] =
    dealt === undefined
      ? [
          source,
          await fromImages(join(path, 'test'), { classes, size: [height, width], channels: channels === 1 ? 1 : 3 }),
        ]
      : [source.select(dealt.train), source.select(dealt.test)];
  const splitOf = async (part: typeof source): Promise<ImageSplit> => {
    const { inputs } = await part.dataset();
    return { images: inputs, labels: Int32Array.from(part.labels), count: part.rows };
  };
  const parts = { train: await splitOf(train), test: await splitOf(test) };
  return imageData({ name, width, height, channels, classes: classes.length, classNames: classes, ...parts }, notes);
}

/** Deals the images of each class at random, in an order of training images in which classes are mixed. */
function dealTest(labels: readonly number[], classes: number): { readonly train: number[]; readonly test: number[] } {
  const order = random.permutation(random.key(0), labels.length);
  const [train, test]: [number[], number[]] = [[], []];
  const seen = new Array<number>(classes).fill(0);
  for (const index of order) {
    const part = seen[labels[index]]++ % testOneIn === testOneIn - 1 ? test : train;
    part.push(index);
  }
  return { train, test };
}
