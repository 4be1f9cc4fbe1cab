import { elementCount } from '@vardrop/core/program';
import { rowMajorSteps } from '../move/copies.js';
import { copySections } from '../move/writeCopies.js';
import type { Section } from '../write/tasks.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';

/** The shape of an image with the pixels before it that a window reads, and those after it. */
export function paddedShape(
  [batch, height, width, channels]: readonly number[],
  [top, left]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): readonly number[] {
  return [batch, Math.max(rows, top + height), Math.max(columns, left + width), channels];
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
