import { boundProgram, createBuilder } from '@vardrop/core/program';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkKernels } from './checkKernels.js';

const length = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 33, 64, 97));
const depth = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 257, 600, 1201));

/** A stack of products in which either side may have length 1 on a leading axis, or lack the axis. */
const products = fc.record({
  m: length,
  n: length,
  k: depth,
  stack: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  shared: fc.tuple(fc.constantFrom(0, 1, 2, 3), fc.constantFrom(0, 1, 2, 3)),
});

describe('products', () => {
  it('agree with the reference, in any order of their tasks', () => {
    fc.assert(
      fc.property(products, fc.nat(), ({ m, n, k, stack, shared }, seed) => {
        const leading = shared.map((bits) => stack.map((size, axis) => (bits & (1 << axis) ? 1 : size)));
        const b = createBuilder('products');
        const [left, right] = [b.input('left', [...leading[0], m, k]), b.input('right', [...leading[1], k, n])];
        b.output('product', b.matmul(left, right));
        checkKernels(boundProgram(b.build()), seed);
      }),
      { numRuns: 60 },
    );
  });
});
