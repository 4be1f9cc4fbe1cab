import { elementCount } from '@vardrop/core/program';
import { rowMajorSteps } from '../move/copies.js';
import { copySections } from '../move/writeCopies.js';
import type { Section } from '../write/tasks.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';

/** A window that moves over an image, with so many rows and columns of padding before it. */
export interface Moving {
  readonly image: readonly number[];
  readonly result: readonly number[];
  readonly filter: readonly number[];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly before: readonly [number, number];
}

/** The shape of an image with all pixels around it that the windows read. */
export function paddedShape({ image, result, filter, strides, dilations, before }: Moving): readonly number[] {
  const [height, width] = ([0, 1] as const).map((i) => {
    const read = (result[i + 1] - 1) * strides[i] + (filter[i] - 1) * dilations[i] + 1;
    return Math.max(read, before[i] + image[i + 1]);
  });
  return [image[0], height, width, image[3]];
}

/** Copies an image into the middle of a padded one. */
export function padSections(
  w: FunctionWriter,
  image: readonly number[],
  padded: readonly number[],
  [top, left]: readonly [number, number],
  [source, target]: readonly [Local, Local],
): Section[] {
  const steps = rowMajorSteps(padded);
  const to = { origin: top * steps[1] + left * steps[2], steps };
  return copySections(w, { lengths: image, from: { origin: 0, steps: rowMajorSteps(image) }, to }, source, target);
}

export const isPadded = (image: readonly number[], padded: readonly number[]): boolean =>
  elementCount(image) !== elementCount(padded);
