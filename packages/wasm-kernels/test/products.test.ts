import { boundProgram, createBuilder } from '@vardrop/core/program';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkKernels } from './checkKernels.js';

const length = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 33, 64, 97));
const depth = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 257, 600, 1201));

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly stack: readonly number[];
  /** `transposeA` and `transposeB`. */
  readonly flags: readonly [boolean, boolean];
  /** For either side, the leading axes along which it has length 1, as bits. */
  readonly shared: readonly [number, number];
}

/** A stack of products in which either side may have length 1 on a leading axis. */
const products: fc.Arbitrary<Product> = fc
  .record({
    m: length,
    n: length,
    k: depth,
    stack: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    flags: fc.tuple(fc.boolean(), fc.boolean()),
    shared: fc.tuple(fc.constantFrom(0, 1, 2, 3), fc.constantFrom(0, 1, 2, 3)),
  })
  .filter(({ m, n, k, stack }) => stack.reduce((product, size) => product * size, m * n * k) < 5e5);

/** Products with several tasks. */
const large: Product[] = [
  { m: 131, n: 150, k: 77, stack: [], flags: [false, false], shared: [0, 0] },
  { m: 37, n: 141, k: 600, stack: [], flags: [true, true], shared: [0, 0] },
  { m: 3, n: 700, k: 520, stack: [], flags: [false, false], shared: [0, 0] },
  { m: 301, n: 403, k: 9, stack: [], flags: [true, false], shared: [0, 0] },
  { m: 120, n: 11, k: 1200, stack: [], flags: [true, false], shared: [0, 0] },
  { m: 120, n: 7, k: 530, stack: [2], flags: [true, true], shared: [1, 0] },
  { m: 33, n: 65, k: 41, stack: [5, 3], flags: [true, false], shared: [1, 2] },
];

describe('products', () => {
  it('agree with the reference, in any order of their tasks', () => {
    fc.assert(
      fc.property(products, fc.nat(), ({ m, n, k, stack, flags, shared }, seed) => {
        const leading = shared.map((bits) => stack.map((size, axis) => (bits & (1 << axis) ? 1 : size)));
        const b = createBuilder('products');
        const left = b.input('left', [...leading[0], ...(flags[0] ? [k, m] : [m, k])]);
        const right = b.input('right', [...leading[1], ...(flags[1] ? [n, k] : [k, n])]);
        b.output('product', b.matmul(left, right, { transposeA: flags[0], transposeB: flags[1] }));
        checkKernels(boundProgram(b.build()), seed);
      }),
      { numRuns: 60, examples: large.map((each) => [each, 1] as [Product, number]) },
    );
  });
});
