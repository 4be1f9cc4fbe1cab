import type { ImageSplit } from './imageDataset.js';
import type { Rows } from './taskData.js';

/** Images kept aside for validation: one in this many. */
const oneIn = 10;

/** How many of the given number of training images `holdOut` keeps aside. */
function heldOut(count: number): number {
  return Math.floor(count / oneIn);
}

/**
 * Splits training images into those that are trained on and a tenth to watch progress with: every tenth image, which
 * keeps the classes' shares and does not depend on the seed.
 */
export function holdOut(split: ImageSplit): { readonly train: Rows; readonly validation: Rows | undefined } {
  if (heldOut(split.count) === 0) return { train: take(split, () => true), validation: undefined };
  return {
    train: take(split, (index) => index % oneIn !== oneIn - 1),
    validation: take(split, (index) => index % oneIn === oneIn - 1),
  };
}

function take(split: ImageSplit, wanted: (index: number) => boolean): Rows {
  const indices = Array.from({ length: split.count }, (_, index) => index).filter(wanted);
  const pixels = split.images.length / split.count;
  const inputs = new Float32Array(indices.length * pixels);
  indices.forEach((source, row) => {
    inputs.set(split.images.subarray(source * pixels, (source + 1) * pixels), row * pixels);
  });
  const targets = Int32Array.from(indices, (source) => split.labels[source]);
  return { data: { inputs, targets }, rows: indices.length };
}
