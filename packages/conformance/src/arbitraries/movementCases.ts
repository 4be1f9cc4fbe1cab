import type { Supports } from '@vardrop/core/backend';
import { elementCount, type Op, type PadRange, type SliceRange } from '@vardrop/core/program';
import fc from 'fast-check';
import { casesOf, type OperationCase } from './operationCase.js';
import { axisLength, broadcastingShapes, shapes } from './shapes.js';
import { indexValues } from './values.js';

/**
 * A range of an axis of `length` elements, with steps of up to three in either direction. It takes from one element to
 * all that it can reach.
 */
function sliceOf(length: number): fc.Arbitrary<SliceRange | undefined> {
  const range = fc
    .record({ start: fc.nat(length - 1), step: fc.constantFrom(1, 2, 3, -1, -2, -3), part: fc.nat(100) })
    .map(({ start, step, part }) => {
      const reachable = Math.floor((step > 0 ? length - 1 - start : start) / Math.abs(step)) + 1;
      const end = start + (1 + (part % reachable)) * step;
      return { start, step, ...(end < 0 ? {} : { end }) };
    });
  return fc.oneof({ weight: 4, arbitrary: range }, { weight: 1, arbitrary: fc.constant(undefined) });
}

const padOf: fc.Arbitrary<PadRange | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ before: fc.nat(2), after: fc.nat(2), interior: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

/** A table, and the shape of its row numbers. */
const tables = fc.record({
  rows: fc.integer({ min: 1, max: 7 }),
  rest: shapes(0, 2),
  index: fc.oneof(
    { weight: 3, arbitrary: shapes(0, 3) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 40 }).map((n) => [n]) },
  ),
});

/** Cases for operations that move numbers, including those that add up numbers that go to the same place. */
export function movementCases({ nonFinite }: Supports): ReadonlyMap<Op, fc.Arbitrary<OperationCase>> {
  const of = (op: Op) => casesOf(op, nonFinite);
  const padValues = [0, 1.5, 0.1, -3, ...(nonFinite ? [Number.NEGATIVE_INFINITY] : [])];
  return new Map<Op, fc.Arbitrary<OperationCase>>([
    [
      'reshape',
      shapes(0, 4).chain((shape) =>
        fc
          .constantFrom<readonly number[]>([elementCount(shape)], [1, ...shape], [...shape, 1], [...shape].reverse())
          .chain((to) => of('reshape')([shape], (b, [x]) => b.reshape(x, to))),
      ),
    ],
    [
      'transpose',
      // Also axes of equal length: only values show whether their order is right.
      fc
        .oneof({ weight: 3, arbitrary: shapes(0, 4) }, { weight: 1, arbitrary: fc.constant([2, 2, 2]) })
        .chain((shape) =>
          fc
            .shuffledSubarray(
              shape.map((_, axis) => axis),
              { minLength: shape.length },
            )
            .chain((permutation) => of('transpose')([shape], (b, [x]) => b.transpose(x, permutation))),
        ),
    ],
    [
      'broadcast',
      broadcastingShapes(1).chain(({ result, operands }) =>
        of('broadcast')(operands, (b, [x]) => b.broadcast(x, result)),
      ),
    ],
    [
      'gather',
      tables.chain(({ rows, rest, index }) =>
        of('gather')([[rows, ...rest], index], (b, [table, indices]) => b.gather(table, indices), [
          undefined,
          indexValues(elementCount(index), rows, nonFinite),
        ]),
      ),
    ],
    [
      'gatherGradient',
      tables.chain(({ rows, rest, index }) =>
        of('gatherGradient')(
          [index, [...index, ...rest]],
          (b, [indices, dy]) => b.gatherGradient(indices, dy, [rows, ...rest]),
          [indexValues(elementCount(index), rows, nonFinite)],
        ),
      ),
    ],
    [
      'concatenate',
      fc
        .record({
          shape: shapes(1, 4),
          at: fc.nat(3),
          lengths: fc.array(axisLength, { minLength: 1, maxLength: 4 }),
          again: fc.nat(4),
          square: fc.nat(3),
        })
        .chain(({ shape, at, lengths, again, square }) => {
          const axis = at % shape.length;
          const total = lengths.reduce((sum, n) => sum + n, again === 0 ? lengths[0] : 0);
          // Also results with axes of equal length: only values show whether their order is right.
          const others = square === 0 ? shape.map(() => total).slice(0, 2) : shape;
          const operands = lengths.map((n) => others.map((own, i) => (i === axis % others.length ? n : own)));
          // The same operand may occur twice.
          return of('concatenate')(operands, (b, all) =>
            b.concatenate(again === 0 ? [...all, all[0]] : all, axis % others.length),
          );
        }),
    ],
    [
      'slice',
      shapes(0, 4).chain((shape) =>
        fc.tuple(...shape.map(sliceOf)).chain((ranges) => of('slice')([shape], (b, [x]) => b.slice(x, ranges))),
      ),
    ],
    [
      'pad',
      shapes(0, 4).chain((shape) =>
        fc
          .tuple(fc.constantFrom(...padValues), fc.tuple(...shape.map(() => padOf)))
          .chain(([value, ranges]) => of('pad')([shape], (b, [x]) => b.pad(x, ranges, value))),
      ),
    ],
  ]);
}
