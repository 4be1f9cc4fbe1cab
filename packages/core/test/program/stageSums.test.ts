import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/backend/compileProgram.js';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder } from '../../src/program/builder.js';
import type { Program, ProgramNode } from '../../src/program/program.js';
import { elementCount } from '../../src/program/shapes.js';
import { stageSums } from '../../src/program/stageSums.js';
import { validate } from '../../src/program/validate.js';
import { createReferenceBackend, evaluate } from '../../src/reference/index.js';

/** Terms of each element of the sums that are to be cut. */
function termsOf({ nodes }: Program, node: ProgramNode): number {
  const [x] = node.operands.map((id) => nodes[id].shape as readonly number[]);
  switch (node.op) {
    case 'reduceSum':
      return node.axes.reduce((product, axis) => product * x[axis], 1);
    case 'matmul':
      return node.shape.slice(-2).includes(1) ? (x.at(node.transposeA ? -2 : -1) as number) : 1;
    case 'conv2d':
      return elementCount(nodes[node.operands[1]].shape.slice(0, 3));
    case 'averagePool2d':
      return Math.min(...node.size) === 1 ? 1 : node.size[0] * node.size[1];
    default:
      return 1;
  }
}

/** Inputs of whole numbers, all of whose sums are exact. */
function inputsOf({ nodes }: Program, seed: number): Record<string, Float64Array> {
  return Object.fromEntries(
    nodes.flatMap((node) =>
      node.op === 'input'
        ? [[node.name, Float64Array.from({ length: elementCount(node.shape) }, (_, i) => ((i * seed) % 13) - 5)]]
        : [],
    ),
  );
}

const most = fc.integer({ min: 16, max: 40 });
const length = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 90 }), fc.constantFrom(997, 1024));

const sums = fc
  .array(length, { minLength: 1, maxLength: 4 })
  .filter((shape) => elementCount(shape) < 20_000)
  .chain((shape) => fc.tuple(fc.constant(shape), fc.subarray([...shape.keys()]), fc.boolean()))
  .map(([shape, axes, keepAxes]) => {
    const b = createBuilder('sum');
    b.output('y', b.reduceSum(b.input('x', shape), axes, keepAxes));
    return b.build();
  });

const products = fc
  .record({
    leading: fc.constantFrom<[number[], number[]]>([[], []], [[2], [2]], [[3], []], [[], [2]], [[2, 1], [3]]),
    own: fc.constantFrom([1, 1], [1, 4], [3, 1]),
    terms: fc.integer({ min: 2, max: 900 }),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  })
  .map(({ leading, own: [m, n], terms, transposeA, transposeB }) => {
    const b = createBuilder('product');
    const x = b.input('x', [...leading[0], ...(transposeA ? [terms, m] : [m, terms])]);
    const y = b.input('y', [...leading[1], ...(transposeB ? [n, terms] : [terms, n])]);
    b.output('y', b.matmul(x, y, { transposeA, transposeB }));
    return b.build();
  });

describe('stageSums', () => {
  it.each([
    ['sums over any axes', sums],
    ['products with a vector', products],
  ])('leaves %s as they are, and none with more terms than may be', (_, programs) => {
    fc.assert(
      fc.property(programs, most, fc.integer({ min: 1, max: 40 }), (program, limit, seed) => {
        const staged = stageSums(boundProgram(program), limit);
        validate(staged);
        for (const node of staged.nodes) expect(termsOf(staged, node)).toBeLessThanOrEqual(limit);
        const inputs = inputsOf(program, seed);
        expect(evaluate(staged, { inputs })).toEqual(evaluate(program, { inputs }));
        const short = program.nodes.every((node) => termsOf(program, node) <= limit);
        if (short) expect(staged).toEqual(program);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves averages over large windows as they are, with padding and strides', () => {
    const windows = fc.record({
      size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
      strides: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      padding: fc.tuple(fc.nat(8), fc.nat(8), fc.nat(8), fc.nat(8)),
      seed: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(windows, ({ size, strides, padding, seed }) => {
        const b = createBuilder('average');
        const clipped = padding.map((n, side) => Math.min(n, size[side >> 1] - 1)) as typeof padding;
        b.output('y', b.averagePool2d(b.input('x', [2, 9, 10, 2]), size, { strides, padding: clipped }));
        const program = b.build();
        const staged = stageSums(boundProgram(program), 16);
        for (const node of staged.nodes) expect(termsOf(staged, node)).toBeLessThanOrEqual(16);
        const inputs = inputsOf(program, seed);
        const [got, wanted] = [staged, program].map((each) => evaluate(each, { inputs }).y);
        expect(Math.max(...got.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(1e-12);
      }),
    );
  });

  it('keeps labels, and infinities what they are', () => {
    const b = createBuilder('labels');
    b.scope('objective', () => b.output('y', b.label(b.reduceSum(b.input('x', [101])), 'kl')));
    const staged = stageSums(boundProgram(b.build()), 16);
    expect(new Set(staged.nodes.slice(1).map(({ label }) => label))).toEqual(new Set(['objective/kl']));
    const x = new Float64Array(101).fill(1);
    x[100] = Number.POSITIVE_INFINITY;
    expect(evaluate(staged, { inputs: { x } }).y[0]).toBe(Number.POSITIVE_INFINITY);
  });

  it('is what a backend gets that says how many terms it adds up in sequence', async () => {
    const b = createBuilder('long');
    b.output('y', b.reduceSum(b.input('x', [300])));
    const backend = createReferenceBackend();
    const long = await compileProgram(backend, b.build());
    const supports = { ...backend.supports, terms: 64 };
    const short = await compileProgram({ ...backend, supports }, b.build());
    expect(Math.max(...long.program.nodes.map((node) => termsOf(long.program, node)))).toBe(300);
    expect(Math.max(...short.program.nodes.map((node) => termsOf(short.program, node)))).toBeLessThanOrEqual(64);
  });
});
