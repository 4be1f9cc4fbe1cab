import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { counted } from '../counted.js';
import type { ImageDataset, ImageSplit } from './imageDataset.js';
import { idxError as failure, type IdxFile, readIdxFile } from './readIdxFile.js';

/** Labels up to here may be absent from a data set, since ten classes are the format's convention. */
const conventionalLastLabel = 9;

/** The four files of a data set: the beginnings of their names, and their numbers of dimensions. */
const parts = [
  ['train-images', 3],
  ['train-labels', 1],
  ['t10k-images', 3],
  ['t10k-labels', 1],
] as const;

/**
 * Reads a data set in MNIST's IDX format: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`
 * and `t10k-labels-idx1-ubyte`, or the same with a dot before `idx`, each as it is or gzipped (`.gz`). Images may have
 * any size. There are as many classes as the largest training label says; a label above 9 has to be reached without
 * gaps (from 0 or 1), so that a damaged file does not pass for one with 200 classes.
 *
 * @param directory where the four files are.
 * @returns a new data set, owned by the caller; pixels are the stored bytes divided by 255.
 * @throws VardropError `VARDROP_IDX_NO_DIRECTORY`, `VARDROP_IDX_NO_FILE`, `VARDROP_IDX_UNREADABLE`,
 * `VARDROP_IDX_MAGIC`, `VARDROP_IDX_TRUNCATED`, `VARDROP_IDX_TRAILING_BYTES`, `VARDROP_IDX_EMPTY`,
 * `VARDROP_IDX_COUNT_MISMATCH`, `VARDROP_IDX_SIZE_MISMATCH` or `VARDROP_IDX_LABEL_RANGE`.
 */
export async function loadIdx(directory: string): Promise<ImageDataset> {
  const names = await list(directory);
  const train = await readPair(directory, names, 'train');
  const test = await readPair(directory, names, 't10k');
  const [, height, width] = train.images.shape;
  const [, testHeight, testWidth] = test.images.shape;
  if (height !== testHeight || width !== testWidth) {
    throw failure(
      'VARDROP_IDX_SIZE_MISMATCH',
      test.images.path,
      `${testWidth} x ${testHeight} pixels`,
      `${width} x ${height}, the size of the training images`,
      'Take both parts from one data set',
    );
  }
  const classes = countClasses(train.labels);
  const stray = test.labels.data.findIndex((label) => label >= classes);
  if (stray >= 0) {
    throw failure(
      'VARDROP_IDX_LABEL_RANGE',
      test.labels.path,
      `label ${test.labels.data[stray]} at position ${stray}`,
      `0 to ${classes - 1}, the classes of the training labels`,
      'Take both parts from one data set',
    );
  }
  return {
    name: basename(resolve(directory)),
    width,
    height,
    channels: 1,
    classes,
    train: toSplit(train),
    test: toSplit(test),
  };
}

interface Pair {
  readonly images: IdxFile;
  readonly labels: IdxFile;
}

async function readPair(directory: string, names: readonly string[], part: string): Promise<Pair> {
  const images = await read(directory, names, `${part}-images`, 3);
  const labels = await read(directory, names, `${part}-labels`, 1);
  if (images.shape[0] !== labels.shape[0]) {
    throw failure(
      'VARDROP_IDX_COUNT_MISMATCH',
      labels.path,
      counted(labels.shape[0], 'label'),
      `${images.shape[0]}, one for each image of ${basename(images.path)}`,
      'Take both files from one data set',
    );
  }
  return { images, labels };
}

function countClasses({ path, data }: IdxFile): number {
  const seen = new Uint8Array(256);
  let largest = 0;
  for (const label of data) {
    seen[label] = 1;
    largest = Math.max(largest, label);
  }
  for (let label = 1; largest > conventionalLastLabel && label < largest; label++) {
    if (seen[label] === 0) {
      throw failure(
        'VARDROP_IDX_LABEL_RANGE',
        path,
        `label ${largest} at position ${data.indexOf(largest)}, but no label ${label}`,
        'labels 0 to 9, or more without gaps',
        'Number the classes without gaps',
      );
    }
  }
  if (seen.indexOf(1) === largest) {
    throw failure(
      'VARDROP_IDX_LABEL_RANGE',
      path,
      `label ${largest} for every image`,
      'images of at least two classes to tell apart',
      'Use a data set of two or more classes',
    );
  }
  return largest + 1;
}

function toSplit({ images, labels }: Pair): ImageSplit {
  const scaled = new Float32Array(images.data.length);
  for (let index = 0; index < scaled.length; index++) scaled[index] = images.data[index] / 255;
  return { images: scaled, labels: Uint8Array.from(labels.data), count: images.shape[0] };
}

async function list(directory: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code;
    const got = reason === 'ENOENT' ? 'no such directory' : reason === 'ENOTDIR' ? 'a file' : `${reason}`;
    throw failure(
      'VARDROP_IDX_NO_DIRECTORY',
      directory,
      got,
      'a readable directory with the four IDX files of MNIST (train-images-idx3-ubyte and so on)',
      'Check the path, or leave --data out to train on the embedded digits',
    );
  }
  return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
}

/** Names that a file may have, the most usual first. */
function wantedNames(stem: string, rank: number): readonly string[] {
  const plain = [`${stem}-idx${rank}-ubyte`, `${stem}.idx${rank}-ubyte`];
  return [...plain, ...plain.map((name) => `${name}.gz`)];
}

/** @returns the paths of the files that `loadIdx` would read, those of them that are there. */
export async function idxPaths(directory: string): Promise<readonly string[]> {
  const names = await list(directory).catch((): string[] => []);
  return parts.flatMap(([stem, rank]) => {
    const found = wantedNames(stem, rank).find((name) => names.includes(name));
    return found === undefined ? [] : [join(directory, found)];
  });
}

async function read(directory: string, names: readonly string[], stem: string, rank: number): Promise<IdxFile> {
  const wanted = wantedNames(stem, rank);
  const found = wanted.find((name) => names.includes(name));
  if (found === undefined) {
    throw failure(
      'VARDROP_IDX_NO_FILE',
      directory,
      `${describeNames(names)}`,
      `one of ${wanted.join(', ')}`,
      'Put the file there, or name the directory that has it',
    );
  }
  return readIdxFile(join(directory, found), rank);
}

function describeNames(names: readonly string[]): string {
  if (names.length === 0) return 'an empty directory';
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown;
}
