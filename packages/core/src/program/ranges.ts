import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Dimension, Shape } from './program.js';
import { formatShape } from './shapes.js';

/**
 * Which elements of an axis a slice takes, as in NumPy: negative numbers count from the end, and the bounds are
 * clipped.
 */
export interface SliceRange {
  /** The first element. Default: 0, or the last element if the step is negative. */
  readonly start?: number;
  /** The slice ends before this element. Default: it takes all that remain. */
  readonly end?: number;
  /** A whole number other than 0. Default: 1. */
  readonly step?: number;
}

/** How many elements `pad` adds along an axis. Default: 0. */
export interface PadRange {
  readonly before?: number;
  readonly after?: number;
  /** Between neighbours. */
  readonly interior?: number;
}

/**
 * The attributes and the shape of a slice. Throws `VARDROP_SHAPE` for ranges that are not whole numbers, that take no
 * element, or that cut the batch axis.
 */
export function sliceRanges(
  shape: Shape,
  ranges: readonly (SliceRange | undefined)[],
): { readonly starts: number[]; readonly steps: number[]; readonly shape: Dimension[] } {
  checkRanges('slice', shape, ranges, { start: true, end: true, step: true });
  const taken = shape.map((length, axis) => sliceAxis(shape, axis, length, ranges[axis]));
  return {
    starts: taken.map(({ start }) => start),
    steps: taken.map(({ step }) => step),
    shape: taken.map(({ count }) => count),
  };
}

function sliceAxis(shape: Shape, axis: number, length: Dimension, range: SliceRange | undefined) {
  if (range === undefined || length === 'batch') {
    if (range && Object.values(range).some((each) => each !== undefined)) {
      refuse(shape, axis, range, 'the batch axis taken whole');
    }
    return { start: 0, step: 1, count: length };
  }
  const { step = 1 } = range;
  const { start = step > 0 ? 0 : length - 1, end } = range;
  if (!Number.isInteger(step) || step === 0) refuse(shape, axis, range, 'a step that is a whole number other than 0');
  if (!Number.isInteger(start)) refuse(shape, axis, range, 'a start that is a whole number');
  const ends = end === undefined || Number.isInteger(end) || end === Infinity || end === -Infinity;
  if (!ends) refuse(shape, axis, range, 'an end that is a whole number or an infinity');
  const clip = (n: number, least: number, most: number) => Math.min(Math.max(n < 0 ? n + length : n, least), most);
  const first = step > 0 ? clip(start, 0, length) : clip(start, -1, length - 1);
  const limit =
    end === undefined ? (step > 0 ? length : -1) : step > 0 ? clip(end, 0, length) : clip(end, -1, length - 1);
  const count = Math.max(Math.ceil((limit - first) / step), 0);
  if (count === 0 && length > 0) refuse(shape, axis, range, 'a range that takes an element');
  // The step of a single element says nothing.
  return count > 1 ? { start: first, step, count } : { start: count === 0 ? 0 : first, step: 1, count };
}

/** The attributes of a pad: one entry for each axis. */
export function padRanges(shape: Shape, ranges: readonly (PadRange | undefined)[]) {
  checkRanges('pad', shape, ranges, { before: true, after: true, interior: true });
  const amounts = (name: keyof PadRange) =>
    shape.map((_, axis) => {
      const { [name]: amount = 0 } = ranges[axis] ?? {};
      return amount;
    });
  return { before: amounts('before'), after: amounts('after'), interior: amounts('interior') };
}

function checkRanges(
  who: string,
  shape: Shape,
  ranges: readonly (object | undefined)[],
  names: Readonly<Record<string, true>>,
): void {
  if (!Array.isArray(ranges) || ranges.length > shape.length) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] ${who}: got ${Array.isArray(ranges) ? `${ranges.length} ranges` : formatValue(ranges)} for ${formatShape(shape)}, needs an array of at most ${shape.length}. Give one for each axis, undefined to leave an axis as it is.`,
    );
  }
  for (const range of ranges) if (range !== undefined) checkOptionNames(who, range, names);
}

function refuse(shape: Shape, axis: number, { start, end, step }: SliceRange, needs: string): never {
  const got = Object.entries({ start, end, step }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${formatValue(value)}`],
  );
  throw new VardropError(
    'VARDROP_SHAPE',
    `[program] slice: axis ${axis} of ${formatShape(shape)}: got ${got.join(', ')}, needs ${needs}. Ranges are as in NumPy.`,
  );
}
