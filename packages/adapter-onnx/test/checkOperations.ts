import type { Backend } from '@vardrop/core';
import { compileProgram } from '@vardrop/core/backend';
import { type Builder, createBuilder, elementCount, type Value } from '@vardrop/core/program';
import { errorBound, evaluateAll, withinBound } from '@vardrop/core/reference';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** A program of one operation or a few, and the numbers that it is given. */
interface Case {
  /** Shapes of the inputs, and what numbers each takes. */
  readonly inputs: readonly { readonly shape: readonly number[]; readonly values?: fc.Arbitrary<number> }[];
  readonly build: (b: Builder, inputs: readonly Value[]) => readonly Value[];
}

/** Lengths on both sides of those at which kernels change their ways. */
const length = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(31, 33, 65) },
);
const small = fc.integer({ min: 1, max: 5 });
const shapes = fc.oneof(
  fc.array(small, { maxLength: 4 }),
  fc.tuple(length, length),
  fc.constantFrom([257], [129, 33], [2, 65, 31]),
);
const gaussian = fc.double({ min: -3, max: 3, noNaN: true }).map(Math.fround);
/** Whole numbers, halves, and such as float32 has no fractions of. */
const roundable = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map((n) => n / 2),
  gaussian,
  fc.constantFrom(2 ** 23 + 1, -(2 ** 23) - 1, 2 ** 30, 0.49999997, -0.49999997, 8388607.5, -0.5, 1e30),
);
const finite = gaussian;

const slices: fc.Arbitrary<Case> = shapes.chain((shape) =>
  fc
    .tuple(
      ...shape.map((n) =>
        fc.option(
          fc.tuple(fc.nat(n - 1), fc.nat(n - 1), fc.integer({ min: 1, max: 4 })).map(([a, b, step]) => {
            const [low, high] = [Math.min(a, b), Math.max(a, b)];
            return {
              start: low,
              end: high + 1,
              step,
              back: { start: high, end: low > 0 ? low - 1 : -n - 1, step: -step },
            };
          }),
          { nil: undefined },
        ),
      ),
    )
    .chain((ranges) =>
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }).map((backwards) => ({
        inputs: [{ shape }],
        build: (b: Builder, [x]: readonly Value[]) => [
          b.slice(
            x,
            ranges.map((range, axis) => {
              if (!range) return undefined;
              const { back, ...forth } = range;
              return backwards[axis] ? back : forth;
            }),
          ),
        ],
      })),
    ),
);

const pads: fc.Arbitrary<Case> = shapes.chain((shape) =>
  fc
    .record({
      ranges: fc.tuple(
        ...shape.map(() => fc.record({ before: fc.nat(3), after: fc.nat(3), interior: fc.constantFrom(0, 0, 1, 2) })),
      ),
      value: fc.constantFrom(0, 1.5, -0.1, 1e10),
    })
    .map(({ ranges, value }) => ({ inputs: [{ shape }], build: (b, [x]) => [b.pad(x, ranges, value)] })),
);

const concatenations: fc.Arbitrary<Case> = shapes
  .filter(({ length: rank }) => rank > 0)
  .chain((shape) =>
    fc.tuple(fc.nat(shape.length - 1), fc.array(small, { minLength: 1, maxLength: 4 })).map(([axis, lengths]) => ({
      inputs: lengths.map((n) => ({ shape: shape.map((each, i) => (i === axis ? n : each)) })),
      build: (b, values) => [b.concatenate(values, axis)],
    })),
  );

const tables = fc
  .record({
    rows: fc.oneof(small, fc.constantFrom(33, 129)),
    rest: fc.array(fc.oneof(small, fc.constantFrom(33)), { maxLength: 2 }),
    index: fc.oneof(fc.array(small, { maxLength: 2 }), fc.constantFrom([65], [257, 3])),
  })
  .map(({ rows, rest, index }) => ({
    rows,
    rest,
    index,
    // Mostly numbers of rows, many of them several times.
    numbers: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: rows - 1 }) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, rows, rows - 0.5, -1e20, 1e20, 2 ** 31, 2 ** 32) },
    ),
  }));

const gathers: fc.Arbitrary<Case> = tables.map(({ rows, rest, index, numbers }) => ({
  inputs: [{ shape: [rows, ...rest] }, { shape: index, values: numbers }],
  build: (b, [table, indices]) => [b.gather(table, indices)],
}));

const gatherGradients: fc.Arbitrary<Case> = tables.map(({ rows, rest, index, numbers }) => ({
  inputs: [{ shape: index, values: numbers }, { shape: [...index, ...rest] }],
  build: (b, [indices, dy]) => [b.gatherGradient(indices, dy, [rows, ...rest])],
}));

const axis = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  before: fc.nat(3),
  after: fc.nat(3),
  extra: fc.oneof({ weight: 4, arbitrary: fc.nat(6) }, { weight: 1, arbitrary: fc.constantFrom(29, 31) }),
});
const channels = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      groups: small,
      inputs: fc.integer({ min: 1, max: 3 }),
      outputs: fc.integer({ min: 1, max: 3 }),
    }),
  },
  // Depthwise, on both sides of the lengths of vectors.
  {
    weight: 2,
    arbitrary: fc.record({
      groups: fc.constantFrom(1, 3, 8, 16, 17, 32),
      inputs: fc.constant(1),
      outputs: fc.integer({ min: 1, max: 2 }),
    }),
  },
);

/** A convolution and both of its gradients. */
const convolutions: fc.Arbitrary<Case> = fc
  .record({ batch: fc.integer({ min: 1, max: 3 }), rows: axis, columns: axis, channels })
  .map(({ batch, rows, columns, channels: { groups, inputs, outputs } }) => {
    const spans = [rows, columns].map(({ size, dilation, extra, ...padding }) => {
      const window = (size - 1) * dilation + 1;
      const [before, after] = [Math.min(padding.before, window - 1), Math.min(padding.after, window - 1)];
      return { length: Math.max(window + extra - before - after, 1), before, after };
    });
    const image = [batch, spans[0].length, spans[1].length, groups * inputs];
    const filter = [rows.size, columns.size, inputs, groups * outputs];
    const options = {
      strides: [rows.stride, columns.stride],
      dilations: [rows.dilation, columns.dilation],
      padding: [spans[0].before, spans[0].after, spans[1].before, spans[1].after],
      groups,
    } as const;
    const probe = createBuilder('probe');
    const result = probe.conv2d(probe.input('x', image), probe.input('f', filter), options).shape as number[];
    return {
      inputs: [{ shape: image }, { shape: filter }, { shape: result }],
      build: (b: Builder, [x, f, dy]: readonly Value[]) => [
        b.conv2d(x, f, options),
        b.conv2dInputGradient(f, dy, image, options),
        b.conv2dFilterGradient(x, dy, filter, options),
      ],
    };
  });

const roundings: fc.Arbitrary<Case> = shapes.map((shape) => ({
  inputs: [{ shape, values: roundable }],
  build: (b, [x]) => [b.floor(x), b.round(x)],
}));

const operations = {
  'floor and round': roundings,
  slice: slices,
  pad: pads,
  concatenate: concatenations,
  gather: gathers,
  gatherGradient: gatherGradients,
  'conv2d and its gradients': convolutions,
};

/** Registers tests that hold the operations of a backend to the bounds that core has for them. */
export function checkOperations(create: () => Promise<Backend>, numRuns: number): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await create();
  });
  afterAll(() => backend.close());
  it.each(Object.entries(operations))(
    '%s',
    async (_, cases) => {
      await fc.assert(
        fc.asyncProperty(cases, fc.infiniteStream(finite), fc.integer(), (each, stream, seed) =>
          holdToBounds(backend, each, stream, seed),
        ),
        { numRuns, endOnFailure: true },
      );
    },
    300_000,
  );
}

async function holdToBounds(backend: Backend, { inputs, build }: Case, stream: fc.Stream<number>, seed: number) {
  const b = createBuilder('operations');
  const values = inputs.map(({ shape }, i) => b.input(`x${i}`, shape));
  build(b, values).forEach((value, i) => {
    b.output(`y${i}`, value);
  });
  const program = b.build();
  const data = inputs.map(({ shape, values: own }, i) => {
    const numbers = own && fc.sample(own, { numRuns: Math.min(elementCount(shape), 400), seed: seed + i });
    return Float32Array.from({ length: elementCount(shape) }, (_, k) =>
      numbers ? numbers[k % numbers.length] : stream.next().value,
    );
  });
  const expected = evaluateAll(program, { inputs: Object.fromEntries(data.map((each, i) => [`x${i}`, each])) });
  const compiled = await compileProgram(backend, program);
  const given = data.map((each, i) => [`x${i}`, backend.upload(each, inputs[i].shape)] as const);
  const [outputs] = compiled.run(Object.fromEntries(given), [{}]).outputs;
  for (const [name, id] of Object.entries(program.outputs)) {
    const node = program.nodes[id];
    const actual = await backend.read(outputs[name]);
    const bounds = errorBound(
      node,
      node.operands.map((operand) => expected[operand]),
      node.operands.map((operand) => program.nodes[operand].shape),
      expected[id],
      backend.supports,
    );
    const wrong = actual.findIndex((y, i) => !withinBound(y, expected[id][i], bounds[i]));
    expect(
      wrong < 0 ||
        `${JSON.stringify(node)} at ${wrong}: ${actual[wrong]}, wanted ${expected[id][wrong]} ± ${bounds[wrong]}`,
    ).toBe(true);
    expect(outputs[name].shape).toEqual(node.shape);
  }
  for (const tensor of [...given.map(([, each]) => each), ...Object.values(outputs)]) backend.dispose(tensor);
  compiled.dispose();
}
