import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { flattenProducts } from '../../src/program/flattenProducts.js';
import { elementCount } from '../../src/program/shapes.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/evaluate.js';

const length = fc.integer({ min: 1, max: 4 });
const number = fc.double({ min: -2, max: 2, noNaN: true });

const cases = fc
  .record({
    leading: fc.array(length, { minLength: 1, maxLength: 3 }),
    m: length,
    k: length,
    n: length,
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    shared: fc.boolean(),
  })
  .chain(({ leading, m, k, n, transposeA, transposeB, shared }) => {
    const left = [...leading, ...(transposeA ? [k, m] : [m, k])];
    const right = [...(shared ? [] : leading), ...(transposeB ? [n, k] : [k, n])];
    const values = (shape: readonly number[]) =>
      fc.array(number, { minLength: elementCount(shape), maxLength: elementCount(shape) });
    return fc.record({
      flags: fc.constant({ transposeA, transposeB }),
      left: fc.constant(left),
      right: fc.constant(right),
      a: values(left),
      c: values(right),
      weights: values([...leading, m, n]),
      product: fc.constant([...leading, m, n]),
    });
  });

describe('flattenProducts', () => {
  it('keeps products of any rank and their gradients', () => {
    fc.assert(
      fc.property(cases, ({ flags, left, right, a, c, weights, product }) => {
        const b = createBuilder('products');
        const values: [Value, Value] = [b.input('a', left), b.input('c', right)];
        const y = b.matmul(...values, flags);
        b.output('y', y);
        const loss = b.reduceSum(b.mul(y, b.constant(weights, product)));
        gradients(b, loss, values).forEach((gradient, i) => {
          b.output(`gradient${i}`, gradient);
        });
        const program = boundProgram(simplify(b.build()));
        const inputs = { inputs: { a: Float64Array.from(a), c: Float64Array.from(c) } };
        const expected = evaluate(program, inputs);
        const found = evaluate(flattenProducts(program), inputs);
        for (const [name, values] of Object.entries(expected)) {
          values.forEach((value, i) => {
            expect(Math.abs(found[name][i] - value), name).toBeLessThan(1e-12);
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves no product of more than two axes in the gradients of shared weights', () => {
    const b = createBuilder('sequence');
    const x = b.input('x', [5, 7, 3]);
    const weights = b.input('weights', [3, 4]);
    const y = b.tanh(b.matmul(x, weights));
    const [dx, dw] = gradients(b, b.reduceSum(b.square(y)), [x, weights]);
    b.output('dx', dx);
    b.output('dw', dw);
    const program = flattenProducts(boundProgram(simplify(b.build())));
    const products = program.nodes.filter((node) => node.op === 'matmul');
    expect(products.map(({ shape }) => shape)).toEqual([
      [35, 4],
      [35, 3],
      [3, 4],
    ]);
    expect(program.nodes.filter((node) => node.op === 'reduceSum')).toEqual([]);
  });
});
