import { boundProgram, createBuilder, type Value } from '@vardrop/core/program';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programKernels } from '../src/index.js';
import { checkKernels } from './checkKernels.js';

/** Small shapes, and some that take several tasks along each of their axes. */
const shapes: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  fc.constantFrom<number[]>(
    [90_001],
    [257, 411],
    [3, 30_001],
    [30_003, 3],
    [5, 131, 149],
    [131, 5, 7, 29],
    [2, 50_000],
  ),
);

/** Which axes an operand has, or a reduction takes, as bits. */
const axes = fc.nat(15);
const loops = fc.record({
  shape: shapes,
  operands: fc.array(axes, { minLength: 1, maxLength: 3 }),
  reductions: fc.array(fc.record({ axes, op: fc.constantFrom('reduceSum', 'reduceMax'), keep: fc.boolean() }), {
    maxLength: 4,
  }),
  isStored: fc.boolean(),
});

const isIn = (bits: number) => (_: unknown, axis: number) => (bits & (1 << axis)) !== 0;

describe('loops', () => {
  it('agree with the reference, in any order of their tasks', () => {
    fc.assert(
      fc.property(loops, fc.nat(), ({ shape, operands, reductions, isStored }, seed) => {
        const b = createBuilder('loops');
        const all = operands.map((bits, i): Value => {
          const own = shape.map((length, axis) => (isIn(bits)(length, axis) ? length : 1));
          return b.input(`x${i}`, own);
        });
        const full = b.input('full', shape);
        const value = all.reduce((sum, each) => b.sub(b.abs(sum), each), full);
        reductions.forEach(({ axes, op, keep }, i) => {
          const reduced = [...shape.keys()].filter((axis) => isIn(axes)(0, axis));
          if (op === 'reduceSum') b.output(`r${i}`, b.reduceSum(b.add(value, i), reduced, keep));
          else b.output(`r${i}`, b.reduceMax(value, reduced, keep));
        });
        if (isStored || reductions.length === 0) b.output('y', value);
        checkKernels(boundProgram(b.build()), seed);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [[300_000], [0]],
    [[100_000, 10], [0]],
    [[10, 100_000], [1]],
    [[10, 100_000], [0]],
    [
      [300, 10, 400],
      [0, 2],
    ],
  ])('over %j that reduce %j run in several tasks', (shape, axes) => {
    const b = createBuilder('large');
    b.output('sum', b.reduceSum(b.input('x', shape), axes));
    const [{ kernel }] = programKernels(boundProgram(b.build()));
    expect(kernel?.phases[0].tasks).toBeGreaterThan(3);
  });
});
