import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { expectGradients, expectSecondGradients } from './richardson.js';

/** Parts of a value `[rows, 7]`, most of them along the last axis; they overlap, repeat and leave gaps. */
const parts = fc.array(
  fc.record({
    axis: fc.constantFrom(1, 1, 1, 0),
    start: fc.nat(6),
    length: fc.integer({ min: 1, max: 4 }),
    factor: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 9 },
);

describe('gradients of slices of one value', () => {
  it('are those of differences, wherever the slices lie', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 2, max: 3 }), fc.boolean(), (given, rows, whole) => {
        const shape = [rows, 7];
        const build = (b: ReturnType<typeof createBuilder>, [x]: readonly Value[]) => {
          const read = given.map(({ axis, start, length, factor }) => {
            const from = Math.min(start, shape[axis] - 1);
            const range = { start: from, end: from + length };
            return b.reduceSum(b.exp(b.mul(b.slice(x, axis === 0 ? [range] : [undefined, range]), factor / 3)));
          });
          return (whole ? [...read, b.reduceSum(b.square(x))] : read).reduce((sum, each) => b.add(sum, each));
        };
        expectGradients({ shapes: [shape], build });
        expectSecondGradients({ shapes: [shape], build });
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('take one concatenation for a sequence that is read step by step, however long it is', () => {
    const b = createBuilder('sequence');
    const x = b.input('x', ['batch', 40, 3]);
    const steps = Array.from({ length: 40 }, (_, t) => b.slice(x, [undefined, { start: t, end: t + 1 }]));
    const loss = b.reduceSum(steps.reduce((sum, step) => b.tanh(b.add(sum, step))));
    const first = b.build().nodes.length;
    const [gradient] = gradients(b, loss, [x]);
    expect(gradient.shape).toEqual(['batch', 40, 3]);
    const added = b.build().nodes.slice(first);
    const large = added.filter(({ shape }) => shape[1] === 40);
    expect(large.map(({ op }) => op)).toEqual(['concatenate', 'pad', 'broadcast']);
  });
});
