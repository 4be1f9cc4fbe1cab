import fc from 'fast-check';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import type { Program, Shape } from '../../src/program/program.js';
import { broadcastShapes } from '../../src/program/shapes.js';
import { evaluateAll } from '../../src/reference/index.js';

type Maker = (b: Builder, x: Value, y: Value, c: number, to: Shape) => Value;

const isScalar = (value: Value) => value.shape.length === 0;

/** Sums keep at least one axis here: see `simplify` on infinite scalar factors. */
function partialAxes(value: Value): number[] {
  return value.shape.length > 1 ? [1] : [];
}

/** Swaps the axes of a matrix; other values stay as they are. */
function swap(b: Builder, value: Value): Value {
  return value.shape.length === 2 ? b.transpose(value) : value;
}

const matrix = (b: Builder, value: Value) => (value.shape.join() === '2,2' ? value : b.broadcast(value, [2, 2]));

/**
 * Ways of making a value from two others and a constant. Functions that round are only compared with (`selectGreater`),
 * so that every value stays a dyadic number and float64 computes it exactly, in whatever order.
 */
const makers: readonly Maker[] = [
  (b, x, y) => b.add(x, y),
  (b, x, y) => b.sub(x, y),
  (b, x, y) => b.mul(x, y),
  (b, x, _, c) => b.mul(x, c),
  (b, x, _, c) => b.mul(c, x),
  (b, x, _, c) => b.add(x, c),
  (b, x, _, c) => b.sub(c, x),
  (b, x, _, c) => (c === 0 ? b.abs(x) : b.div(x, c)),
  (b, x, _, c, to) => b.mul(x, b.constant(c, to)),
  (b, x, _, c, to) => b.sub(b.constant(c, to), b.add(x, b.constant(c, to))),
  (b, x) => b.neg(x),
  (b, x, y) => b.neg(b.sub(x, y)),
  (b, x, y) => b.sub(x, b.neg(y)),
  (b, x, y) => b.add(b.neg(x), y),
  (b, x, y) => b.mul(b.neg(x), b.neg(y)),
  (b, x, _, c) => b.neg(b.mul(x, c)),
  (b, x, y) => b.max(x, y),
  (b, x, y) => b.min(x, y),
  (b, x) => b.abs(x),
  (b, x, y, c) => b.selectGreater(x, c, y, x),
  (b, x, y, c) => b.selectGreater(b.exp(x), 1.5, y, c),
  (b, x, y, c) => b.selectGreater(0.3, b.sigmoid(b.mul(c, x)), b.neg(y), x),
  (b, x, y) => b.selectGreater(b.log(x), y, x, y),
  (b, x, y, _, to) => b.broadcast(b.sub(x, y), to),
  (b, x, _, __, to) => b.broadcast(b.broadcast(x, to), [2, 2]),
  (b, x, y, _, to) => b.mul(b.broadcast(x, to), b.broadcast(y, to)),
  (b, x) => b.reduceSum(x, partialAxes(x)),
  (b, x) => b.reduceSum(x, partialAxes(x), true),
  (b, x) => b.reduceMax(x, partialAxes(x), true),
  (b, x, _, c) => b.reduceSum(b.mul(c, matrix(b, x)), [0]),
  (b, x, _, __, to) => b.reduceSum(b.broadcast(x, to), to.length === 2 ? [0] : [], true),
  (b, x) => swap(b, swap(b, x)),
  (b, x) => swap(b, x),
  (b, x) => b.reshape(b.reshape(matrix(b, x), [4]), [2, 2]),
  (b, x) => (isScalar(x) ? b.reshape(x, [1]) : x),
  (b, x, y) => b.matmul(matrix(b, x), swap(b, matrix(b, y))),
  (b, x, y) => b.matmul(swap(b, matrix(b, x)), matrix(b, y), { transposeB: true }),
  (b, x, y, c) => b.withDerivative(x, [[y, c]]),
  (b, x) => b.floor(x),
  (b, x) => b.round(b.mul(x, 0.5)),
  (b, x) => b.slice(matrix(b, x), [{ step: -1 }]),
  (b, x) => b.slice(b.slice(matrix(b, x), [{ step: -1 }, { step: -1 }]), [undefined, { step: -1 }]),
  (b, x) => b.slice(b.slice(matrix(b, x), [{ start: 1 }]), [{ start: 0 }, { step: -1 }]),
  (b, x, _, c) =>
    b.slice(b.pad(matrix(b, x), [{ before: 1, after: 1 }, { interior: 1 }], c), [{ end: 2 }, { step: 2 }]),
  (b, x, _, c) => b.slice(b.broadcast(b.mul(c, b.reduceSum(matrix(b, x))), [3, 2]), [{ end: 2 }]),
  (b, _, __, c) => b.slice(b.pad(b.constant(c, [1, 2]), [{ after: 2 }], c), [{ step: 2 }]),
  (b, x) => (isScalar(x) ? x : b.slice(x, [])),
  (b, x) => (isScalar(x) ? x : b.pad(x, [])),
  (b, x) => (isScalar(x) ? x : b.concatenate([x], -1)),
  (b, x, y) => b.slice(b.concatenate([matrix(b, x), matrix(b, y), matrix(b, x)], 0), [{ start: 1, step: 3 }]),
  (b, x, y) => b.slice(b.concatenate([matrix(b, x), matrix(b, y)], 1), [undefined, { start: 1, end: 3 }]),
  (b, x) => b.gather(matrix(b, x), b.constant([1, 0.5], [2])),
  (b, x) => b.gatherGradient(b.constant([1, 1], [2]), matrix(b, x), [2, 2]),
];

const constants = [-2, -1, 0, 0.5, 1, 1, 2, -0.5] as const;
const shapes: readonly Shape[] = [[2, 2], [1, 2], [2], [2, 1]];

/** Programs over tensors that broadcast to 2×2 and two scalars, whose values are dyadic numbers. */
export function exactPrograms(longest = 12): fc.Arbitrary<Program> {
  const step = fc.tuple(
    fc.nat(makers.length - 1),
    fc.nat(6),
    fc.nat(6),
    fc.constantFrom(...constants),
    fc.constantFrom(...shapes),
  );
  return fc
    .tuple(fc.array(step, { minLength: 1, maxLength: longest }), fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }))
    .map(([steps, outputs]) => {
      const b = createBuilder('exact');
      const values = [
        b.input('s', []),
        b.input('t', []),
        b.input('row', [1, 2]),
        b.input('column', [2, 1]),
        b.input('x', [2, 2]),
        b.input('y', [2, 2]),
      ];
      const recent = (back: number) => values[Math.max(values.length - 1 - back, 0)];
      for (const [kind, first, second, constant, to] of steps) {
        const [x, y] = [recent(first), recent(second)];
        // Not every value broadcasts to every shape.
        const target = fits(broadcastShapes(x.shape, y.shape), to) ? to : [2, 2];
        values.push(makers[kind](b, x, y, constant, target));
      }
      [...new Set(outputs.map(recent))].forEach((value, i) => {
        b.output(`out${i}`, value);
      });
      return b.build();
    });
}

function fits(from: Shape, to: Shape): boolean {
  const offset = to.length - from.length;
  return offset >= 0 && from.every((n, axis) => n === 1 || n === to[axis + offset]);
}

/** Values for the inputs: finite scalars, and matrices in which `special` numbers may stand. */
export function exactInputs(special: readonly number[]): fc.Arbitrary<Record<string, number[]>> {
  const finite = fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2);
  const any = special.length === 0 ? finite : fc.oneof(finite, fc.constantFrom(...special));
  const tensor = (count: number) => fc.array(any, { minLength: count, maxLength: count });
  return fc.record({
    s: finite.map((x) => [x]),
    t: finite.map((x) => [x]),
    row: tensor(2),
    column: tensor(2),
    x: tensor(4),
    y: tensor(4),
  });
}

/** Operations whose values are only compared with. */
const rounding = new Set(['exp', 'log', 'sigmoid', 'constant']);

/**
 * Values of a program's outputs, or undefined unless every finite intermediate value is at most 2¹⁶ and a multiple of
 * 2⁻¹⁶: then every product (2⁻³², at most 2³²) and every sum of such is exact in 53 bits.
 */
export function exactOutputs(
  program: Program,
  inputs: Readonly<Record<string, readonly number[]>>,
): Record<string, number[]> | undefined {
  const needed = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const values = evaluateAll(program, {
    inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => needed.has(name))),
  });
  const exact = program.nodes.every(
    (node, id) =>
      rounding.has(node.op) ||
      values[id].every((x) => !Number.isFinite(x) || (Math.abs(x) <= 2 ** 16 && Number.isInteger(x * 2 ** 16))),
  );
  if (!exact) return undefined;
  // The sign of a zero is not part of what is promised.
  return Object.fromEntries(
    Object.entries(program.outputs).map(([name, id]) => [name, Array.from(values[id], (x) => x + 0)]),
  );
}
