import type { Builder, Value } from '@vardrop/core/program';
import { type Draw, type SizedCase, sizedCase } from './sizes.js';

/** A sum of so many terms that adding them one after the other would lose digits. */
export interface LongSum {
  /** A stable name, such as `long sums: equal terms`. */
  readonly name: string;
  make(draw: Draw): SizedCase;
}

/** All 24 bits are significant, so that a sum is rounded at almost every term. */
const term = Math.fround(2.1234567);

const shapes: Readonly<Record<string, { readonly shape: readonly number[]; readonly axes: readonly number[] }>> = {
  'all of a row': { shape: [392_000], axes: [0] },
  'a matrix': { shape: [784, 500], axes: [0, 1] },
  rows: { shape: [2, 200_000], axes: [1] },
  columns: { shape: [130_003, 3], axes: [0] },
  'outer and inner axes': { shape: [300, 2, 700], axes: [0, 2] },
};

/** A program of one sum, over equal or varying terms. */
function sumOf(
  name: string,
  operands: Readonly<Record<string, readonly number[]>>,
  draw: Draw,
  build: (b: Builder, x: Readonly<Record<string, Value>>) => Value,
  equal = false,
): SizedCase {
  const made = sizedCase(name, operands, draw, 'any', (b, x) => ({ result: build(b, x) }));
  if (equal) for (const values of Object.values(made.data.inputs)) values.fill(term);
  return made;
}

/** More terms than 65,535, after which some graphics cards end a loop. */
const turns = 70_001;

/** Long sums of all kinds, over numbers that are not whole. */
export const longSums: readonly LongSum[] = [
  ...Object.entries(shapes).flatMap(([of, { shape, axes }]): LongSum[] =>
    [true, false].map((equal) => ({
      name: `long sums: ${of}, ${equal ? 'equal terms' : 'terms that vary'}`,
      make: (draw) => sumOf(of, { x: shape }, draw, (b, { x }) => b.reduceSum(x, axes), equal),
    })),
  ),
  {
    name: 'long sums: of what is computed',
    make: (draw) =>
      sumOf('computed', { x: [640, 625] }, draw, (b, { x }) => b.reduceSum(b.abs(b.max(b.neg(x), b.sub(0, x)))), true),
  },
  ...[false, true].map(
    (equal): LongSum => ({
      name: `long sums: products of two rows, ${equal ? 'equal terms' : 'terms that vary'}`,
      make: (draw) =>
        sumOf(
          'two rows',
          { x: [1, 392_000], y: [1, 392_000] },
          draw,
          (b, { x, y }) => b.matmul(x, y, { transposeB: true }),
          equal,
        ),
    }),
  ),
  {
    name: 'long sums: products',
    make: (draw) =>
      sumOf('products', { x: [turns, 3], y: [turns, 2] }, draw, (b, { x, y }) => b.matmul(x, y, { transposeA: true })),
  },
  {
    name: 'long sums: conv2dFilterGradient',
    make: (draw) =>
      sumOf('filter gradient', { x: [128, 28, 28, 1], dy: [128, 24, 24, 2] }, draw, (b, { x, dy }) =>
        b.conv2dFilterGradient(x, dy, [5, 5, 1, 2]),
      ),
  },
  ...[false, true].map(
    (equal): LongSum => ({
      name: `long sums: averages, ${equal ? 'equal terms' : 'terms that vary'}`,
      make: (draw) =>
        sumOf('averages', { x: [1, 300, 300, 1] }, draw, (b, { x }) => b.averagePool2d(x, [300, 300]), equal),
    }),
  ),
];
