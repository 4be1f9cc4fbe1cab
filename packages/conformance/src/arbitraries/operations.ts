import type { Supports } from '@vardrop/core/backend';
import {
  type Builder,
  boundProgram,
  createBuilder,
  elementCount,
  type Op,
  type SpecialFunction,
  type Value,
} from '@vardrop/core/program';
import { exactFunctions } from '@vardrop/core/reference';
import fc from 'fast-check';
import { movementCases } from './movementCases.js';
import { type Build, type CaseOf, casesOf, type OperationCase } from './operationCase.js';
import { axesOf, axisLength, broadcastingShapes, shapes } from './shapes.js';
import { edgeValues, tensorValues } from './values.js';
import { windowCases } from './windowCases.js';

/** Lengths of the summed axis of a product: mostly short, some long enough for rounding errors to add up. */
const innerLength = fc.oneof(
  { weight: 5, arbitrary: axisLength },
  { weight: 1, arbitrary: fc.integer({ min: 33, max: 70 }) },
);

const unaryOps = [
  ...(['neg', 'abs', 'sqrt', 'exp', 'log', 'sigmoid', 'softplus', 'tanh'] as const),
  ...(['floor', 'round', 'cos', 'erf'] as const),
];
const specialFunctions = Object.keys(exactFunctions) as SpecialFunction[];
const binaryOps = ['add', 'sub', 'mul', 'div', 'max', 'min'] as const;

const products = fc.record({
  leading: broadcastingShapes(2),
  m: axisLength,
  k: innerLength,
  n: axisLength,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
});

function productCases(of: CaseOf): fc.Arbitrary<OperationCase> {
  return products.chain(({ leading, m, k, n, transposeA, transposeB }) => {
    const [first, second] = leading.operands.map((shape) => shape.slice(-2));
    const a = [...first, ...(transposeA ? [k, m] : [m, k])];
    const c = [...second, ...(transposeB ? [n, k] : [k, n])];
    return of([a, c], (b, [x, y]) => b.matmul(x, y, { transposeA, transposeB }));
  });
}

/** Cases for every operation that a backend may get, by its name, except noise, which has a law of its own. */
export function operationCases(supports: Supports): ReadonlyMap<string, fc.Arbitrary<OperationCase>> {
  const { nonFinite } = supports;
  const of = (op: string, operands: readonly (readonly number[])[], build: Build) =>
    casesOf(op, nonFinite)(operands, build);
  const cases = new Map<string, fc.Arbitrary<OperationCase>>();
  for (const op of unaryOps)
    cases.set(
      op,
      shapes().chain((shape) => of(op, [shape], (b, [x]) => b[op](x))),
    );
  for (const op of binaryOps) {
    const two = broadcastingShapes(2).chain(({ operands }) => of(op, operands, (b, [x, y]) => b[op](x, y)));
    const same = shapes().chain((shape) => of(op, [shape], (b, [x]) => b[op](x, x)));
    const number = shapes().chain((shape) => of(op, [shape], (b, [x]) => b[op](x, 0.75)));
    cases.set(
      op,
      fc.oneof({ weight: 6, arbitrary: two }, { weight: 1, arbitrary: same }, { weight: 1, arbitrary: number }),
    );
  }
  cases.set(
    'selectGreater',
    broadcastingShapes(4).chain(({ operands }) =>
      of('selectGreater', operands, (b, [x, y, u, v]) => b.selectGreater(x, y, u, v)),
    ),
  );
  for (const op of ['reduceSum', 'reduceMax'] as const) {
    cases.set(
      op,
      shapes(0, 4).chain((shape) =>
        fc
          .tuple(axesOf(shape), fc.boolean())
          .chain(([axes, keep]) => of(op, [shape], (b, [x]) => b[op](x, axes, keep))),
      ),
    );
  }
  cases.set('matmul', productCases(casesOf('matmul', nonFinite)));
  for (const [op, each] of [...windowCases(supports), ...movementCases(supports)]) cases.set(op, each);
  cases.set(
    'constant',
    shapes().chain((shape) =>
      tensorValues(elementCount(shape), { nonFinite: false }).chain((values) =>
        fc
          .constantFrom<readonly [readonly number[], number | readonly number[]]>(
            [shape, [...values]],
            [shape, values[0]],
          )
          .map(([declared, value]) => {
            const b = createBuilder('constant');
            b.output('result', b.constant(value, declared));
            return { program: boundProgram(b.build()), data: { inputs: {} } };
          }),
      ),
    ),
  );
  cases.set(
    'input',
    shapes().chain((shape) => of('input', [shape], (_, [x]) => x)),
  );
  const special = specialFunctions.filter((name) => supports.functions.includes(name));
  if (special.length > 0) {
    cases.set(
      'special',
      fc
        .tuple(fc.constantFrom(...special), shapes())
        .chain(([name, shape]) => of('special', [shape], (b, [x]) => b.special(name, x))),
    );
  }
  return cases;
}

/** One case per elementwise operation with all edge values: every number, or every pair of numbers. */
export function edgeCases({ nonFinite }: Supports): ReadonlyMap<Op, OperationCase> {
  const values = Float32Array.of(
    ...edgeValues,
    ...(nonFinite ? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN] : []),
  );
  const unary = (op: (typeof unaryOps)[number]): OperationCase => {
    const b = createBuilder(op);
    b.output('result', b[op](b.input('x', [values.length], 'iteration')));
    return { program: boundProgram(b.build()), data: { inputs: { x: values } } };
  };
  const pairs = (op: string, build: (b: Builder, x: Value, y: Value) => Value): OperationCase => {
    const b = createBuilder(op);
    const x = b.input('x', [values.length, 1], 'iteration');
    const y = b.input('y', [values.length]);
    b.output('result', build(b, x, y));
    return { program: boundProgram(b.build()), data: { inputs: { x: values, y: values } } };
  };
  return new Map<Op, OperationCase>([
    ...unaryOps.map((op) => [op, unary(op)] as const),
    ...binaryOps.map((op) => [op, pairs(op, (b, x, y) => b[op](x, y))] as const),
    ['selectGreater', pairs('selectGreater', (b, x, y) => b.selectGreater(x, y, 1, x))],
  ]);
}
