import { boundProgram, createBuilder } from '@vardrop/core/program';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkKernels } from './checkKernels.js';

/** Small shapes, and some that take several tasks. */
const shapes: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  fc.constantFrom<number[]>([70_001], [257, 411], [3, 130, 301], [131, 5, 7, 29], [2, 33_001], [40_003, 3]),
);
const runs = { numRuns: 40 };

describe('in any order of their tasks', () => {
  it('transposes agree with the reference', () => {
    const drawn = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
    );
    fc.assert(
      fc.property(drawn, fc.nat(), ([shape, order], seed) => {
        const b = createBuilder('transpose');
        b.output('y', b.transpose(b.input('x', shape), order));
        checkKernels(boundProgram(b.build()), seed);
      }),
      runs,
    );
  });

  it('slices, pads and concatenations agree with the reference', () => {
    const steps = fc.integer({ min: 1, max: 3 });
    const drawn = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axis: fc.nat(shape.length - 1),
        starts: fc.tuple(...shape.map((length) => fc.nat(Math.min(length - 1, 3)))),
        steps: fc.tuple(...shape.map(() => fc.oneof(fc.constant(1), steps))),
        pads: fc.tuple(...shape.map(() => fc.tuple(fc.nat(2), fc.nat(2), fc.constantFrom(0, 0, 1)))),
      }),
    );
    fc.assert(
      fc.property(drawn, fc.nat(), ({ shape, axis, starts, steps, pads }, seed) => {
        const b = createBuilder('copies');
        const x = b.input('x', shape);
        b.output(
          'slice',
          b.slice(
            x,
            shape.map((end, i) => ({ start: starts[i], end, step: steps[i] })),
          ),
        );
        b.output(
          'pad',
          b.pad(
            x,
            pads.map(([before, after, interior]) => ({ before, after, interior })),
            2,
          ),
        );
        const other = shape.map((length, i) => (i === axis ? 3 : length));
        b.output('both', b.concatenate([x, b.input('other', other), x], axis));
        checkKernels(boundProgram(b.build()), seed);
      }),
      runs,
    );
  });

  it('gathers and their gradients agree with the reference', () => {
    const drawn = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      rest: fc.constantFrom([], [1], [5], [16], [47], [3, 6], [331]),
      count: fc.constantFrom(1, 3, 211, 5003),
    });
    fc.assert(
      fc.property(drawn, fc.nat(), ({ rows, rest, count }, seed) => {
        const b = createBuilder('gather');
        const indices = b.input('indices', [count]);
        b.output('rows', b.gather(b.input('table', [rows, ...rest]), indices));
        b.output('gradient', b.gatherGradient(indices, b.input('dy', [count, ...rest]), [rows, ...rest]));
        checkKernels(boundProgram(b.build()), seed);
      }),
      runs,
    );
  });
});
