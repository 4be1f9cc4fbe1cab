import type { Supports } from '@vardrop/core/backend';
import {
  type BoundProgram,
  type Builder,
  boundProgram,
  boundShape,
  createBuilder,
  elementCount,
  type Op,
  type Value,
} from '@vardrop/core/program';
import fc from 'fast-check';
import type { ProgramData } from '../execute.js';
import { axesOf, axisLength, broadcastingShapes, shapes } from './shapes.js';
import { edgeValues, tensorValues } from './values.js';

/** A program of one operation, and what to run it on. */
export interface OperationCase {
  readonly program: BoundProgram;
  readonly data: ProgramData;
}

type Build = (b: Builder, operands: readonly Value[]) => Value;

/** A one-operation program over operands of the given shapes, with generated values. */
function caseOf(
  op: string,
  operandShapes: readonly (readonly number[])[],
  build: Build,
  nonFinite: boolean,
): fc.Arbitrary<OperationCase> {
  const b = createBuilder(op);
  b.output(
    'result',
    build(
      b,
      operandShapes.map((shape, i) => b.input(`operand${i}`, shape, i === 0 ? 'iteration' : 'shared')),
    ),
  );
  const program = boundProgram(b.build());
  return fc.tuple(...operandShapes.map((shape) => tensorValues(elementCount(shape), { nonFinite }))).map((values) => ({
    program,
    data: { inputs: Object.fromEntries(values.map((value, i) => [`operand${i}`, value])) },
  }));
}

interface WindowCase {
  readonly image: readonly [number, number, number, number];
  readonly size: readonly [number, number];
  readonly window: { readonly strides: [number, number]; readonly padding: [number, number, number, number] };
}

/** Images and windows that fit; padding is smaller than the window, so that no window lies in it altogether. */
const windows: fc.Arbitrary<WindowCase> = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 3 }),
    image: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
    size: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
  })
  .map(({ batch, channels, image: [height, width], size, strides, padding }) => {
    const clipped = padding.map((n, side) =>
      Math.min(n, size[side < 2 ? 0 : 1] - 1),
    ) as WindowCase['window']['padding'];
    const [top, bottom, left, right] = clipped;
    const fitted = [Math.min(size[0], height + top + bottom), Math.min(size[1], width + left + right)] as const;
    return { image: [batch, height, width, channels], size: fitted, window: { strides, padding: clipped } };
  });

/** Shape of what a convolution makes of an image. */
function convolved({ image, size, window }: WindowCase, channels: number): number[] {
  const b = createBuilder('shape');
  const filter = b.input('filter', [...size, image[3], channels]);
  return [...boundShape(b.conv2d(b.input('image', image), filter, window).shape)];
}

/** Shape of what a pooling makes of an image. */
function pooled({ image, size, window }: WindowCase): number[] {
  const b = createBuilder('shape');
  return [...boundShape(b.averagePool2d(b.input('image', image), size, window).shape)];
}

/** Lengths of the inner axis of a product: short ones, and some long enough for rounding errors to add up. */
const innerLength = fc.oneof(
  { weight: 5, arbitrary: axisLength },
  { weight: 1, arbitrary: fc.integer({ min: 33, max: 70 }) },
);

const unaryOps = ['neg', 'abs', 'sqrt', 'exp', 'log', 'sigmoid', 'softplus', 'tanh'] as const;
const binaryOps = ['add', 'sub', 'mul', 'div', 'max', 'min'] as const;

/** Cases for every operation that a backend may be given, by its name; noise has a law of its own. */
export function operationCases(supports: Supports): ReadonlyMap<Op, fc.Arbitrary<OperationCase>> {
  const { nonFinite } = supports;
  const of = (op: string, operands: readonly (readonly number[])[], build: Build) =>
    caseOf(op, operands, build, nonFinite);
  const cases = new Map<Op, fc.Arbitrary<OperationCase>>();
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
  cases.set(
    'matmul',
    fc
      .record({
        leading: broadcastingShapes(2),
        m: axisLength,
        k: innerLength,
        n: axisLength,
        transposeA: fc.boolean(),
        transposeB: fc.boolean(),
      })
      .chain(({ leading, m, k, n, transposeA, transposeB }) => {
        const [first, second] = leading.operands.map((shape) => shape.slice(-2));
        const a = [...first, ...(transposeA ? [k, m] : [m, k])];
        const c = [...second, ...(transposeB ? [n, k] : [k, n])];
        return of('matmul', [a, c], (b, [x, y]) => b.matmul(x, y, { transposeA, transposeB }));
      }),
  );
  const convolution = fc.tuple(windows, fc.integer({ min: 1, max: 3 }));
  cases.set(
    'conv2d',
    convolution.chain(([each, out]) =>
      of('conv2d', [each.image, [...each.size, each.image[3], out]], (b, [x, w]) => b.conv2d(x, w, each.window)),
    ),
  );
  cases.set(
    'conv2dInputGradient',
    convolution.chain(([each, out]) =>
      of('conv2dInputGradient', [[...each.size, each.image[3], out], convolved(each, out)], (b, [w, dy]) =>
        b.conv2dInputGradient(w, dy, each.image, each.window),
      ),
    ),
  );
  cases.set(
    'conv2dFilterGradient',
    convolution.chain(([each, out]) =>
      of('conv2dFilterGradient', [each.image, convolved(each, out)], (b, [x, dy]) =>
        b.conv2dFilterGradient(x, dy, [...each.size, each.image[3], out], each.window),
      ),
    ),
  );
  for (const op of ['maxPool2d', 'averagePool2d'] as const) {
    cases.set(
      op,
      windows.chain((each) => of(op, [each.image], (b, [x]) => b[op](x, each.size, each.window))),
    );
  }
  cases.set(
    'maxPool2dGradient',
    windows.chain((each) =>
      of('maxPool2dGradient', [each.image, pooled(each)], (b, [x, dy]) =>
        b.maxPool2dGradient(x, dy, each.size, each.window),
      ),
    ),
  );
  cases.set(
    'averagePool2dGradient',
    windows.chain((each) =>
      of('averagePool2dGradient', [pooled(each)], (b, [dy]) =>
        b.averagePool2dGradient(dy, each.image, each.size, each.window),
      ),
    ),
  );
  cases.set(
    'reshape',
    shapes(0, 4).chain((shape) =>
      fc
        .constantFrom<readonly number[]>([elementCount(shape)], [1, ...shape], [...shape, 1], [...shape].reverse())
        .chain((to) => of('reshape', [shape], (b, [x]) => b.reshape(x, to))),
    ),
  );
  cases.set(
    'transpose',
    // Equal axes, whose order shapes do not tell.
    fc.oneof({ weight: 3, arbitrary: shapes(0, 4) }, { weight: 1, arbitrary: fc.constant([2, 2, 2]) }).chain((shape) =>
      fc
        .shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        )
        .chain((permutation) => of('transpose', [shape], (b, [x]) => b.transpose(x, permutation))),
    ),
  );
  cases.set(
    'broadcast',
    broadcastingShapes(1).chain(({ result, operands }) =>
      of('broadcast', operands, (b, [x]) => b.broadcast(x, result)),
    ),
  );
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
  const special = (['dawson', 'logUniformKl'] as const).filter((name) => supports.functions.includes(name));
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

/** One case an elementwise operation with all numbers at its edges: every one, or every pair. */
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
