import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder, type Value } from '../../src/program/builder.js';
import type { BoundProgram, Op } from '../../src/program/program.js';
import { simplify } from '../../src/program/simplify.js';
import { stackProducts } from '../../src/program/stackProducts.js';
import { evaluate } from '../../src/reference/evaluate.js';

const length = fc.integer({ min: 1, max: 4 });

/** Terms of a sum `[m, n]`: what each is, how many rows its operands have, and what else reads it. */
const term = fc.record({
  kind: fc.constantFrom('product', 'product', 'product', 'rows', 'rows', 'reshaped rows', 'plain product', 'other'),
  rows: length,
  isRead: fc.constantFrom(false, false, false, true),
});

const sums = fc.record({
  m: length,
  n: length,
  terms: fc.array(term, { minLength: 1, maxLength: 14 }),
  /** Which two of the values so far are added next. */
  order: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 14, maxLength: 14 }),
});

type Sum = typeof sums extends fc.Arbitrary<infer T> ? T : never;

function programOf({ m, n, terms, order }: Sum): BoundProgram {
  const b = createBuilder('sum');
  const values = terms.map(({ kind, rows, isRead }, i): Value => {
    const made = (): Value => {
      switch (kind) {
        case 'product':
          return b.matmul(b.input(`a${i}`, [rows, m]), b.input(`c${i}`, [rows, n]), { transposeA: true });
        case 'rows':
          return b.reduceSum(b.input(`x${i}`, [rows, m, n]), [0]);
        case 'reshaped rows':
          return b.reshape(b.reduceSum(b.input(`x${i}`, [rows, m * n]), [0], true), [m, n]);
        case 'plain product':
          return b.matmul(b.input(`a${i}`, [m, rows]), b.input(`c${i}`, [rows, n]));
        default:
          return b.exp(b.input(`x${i}`, [m, n]));
      }
    };
    const value = made();
    if (isRead) b.output(`term ${i}`, b.neg(value));
    return value;
  });
  for (const [first, second] of order) {
    if (values.length === 1) break;
    const [x] = values.splice(first % values.length, 1);
    const [y] = values.splice(second % values.length, 1);
    values.push(b.add(x, y));
  }
  b.output('sum', b.mul(values[0], 2));
  return boundProgram(simplify(b.build()));
}

const count = (program: BoundProgram, op: Op) => program.nodes.filter((node) => node.op === op).length;

describe('stackProducts', () => {
  it('keeps sums of any terms', () => {
    fc.assert(
      fc.property(sums, fc.infiniteStream(fc.integer({ min: -8, max: 8 })), (sum, numbers) => {
        const program = programOf(sum);
        const inputs = Object.fromEntries(
          program.nodes.flatMap((node) => {
            if (node.op !== 'input') return [];
            const size = node.shape.reduce((product, each) => product * each, 1);
            return [[node.name, Float64Array.from({ length: size }, () => (numbers.next().value as number) / 4)]];
          }),
        );
        const expected = evaluate(program, { inputs });
        const found = evaluate(stackProducts(program), { inputs });
        expect(Object.keys(found)).toEqual(Object.keys(expected));
        for (const [name, values] of Object.entries(expected)) {
          values.forEach((value, i) => {
            expect(Math.abs(found[name][i] - value), name).toBeLessThan(1e-12 * (1 + Math.abs(value)));
          });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('makes one product and one sum of those of a sequence', () => {
    const b = createBuilder('gradient of a layer that is used at each step');
    const steps = [0, 1, 2, 3, 4].map((t) => ({ h: b.input(`h${t}`, [3, 2]), dy: b.input(`dy${t}`, [3, 5]) }));
    const sum = (terms: readonly Value[]) => terms.reduce((total, each) => b.add(total, each));
    b.output('weights', b.neg(sum(steps.map(({ h, dy }) => b.matmul(h, dy, { transposeA: true })))));
    b.output('bias', sum(steps.map(({ dy }) => b.reshape(b.reduceSum(dy, [0], true), [5]))));
    const program = stackProducts(boundProgram(simplify(b.build())));
    expect([count(program, 'matmul'), count(program, 'reduceSum'), count(program, 'add')]).toEqual([1, 1, 0]);
    // The rows of dy are stacked once for both.
    expect(count(program, 'concatenate')).toBe(2);
  });

  it('leaves two terms as they are, and terms that something else reads', () => {
    const b = createBuilder('few terms');
    const terms = [0, 1, 2].map((t) =>
      b.matmul(b.input(`h${t}`, [3, 2]), b.input(`dy${t}`, [3, 5]), { transposeA: true }),
    );
    b.output('two', b.add(terms[0], terms[1]));
    b.output('read', b.add(b.add(terms[0], terms[1]), b.add(terms[2], terms[2])));
    const program = boundProgram(simplify(b.build()));
    expect(stackProducts(program)).toBe(program);
  });
});
