import {
  type Builder,
  boundProgram,
  createBuilder,
  elementCount,
  type Program,
  type Value,
} from '@vardrop/core/program';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { checkProgram } from '../test/checkProgram.js';

type Build = (b: Builder) => Value;

function programOf(build: Build): Program {
  const b = createBuilder('operations');
  b.output('y', build(b));
  return b.build();
}

/** Sixteenths; of inputs called `indices` whole numbers and halves around those of rows. */
function inputsOf(program: Program): Record<string, Float32Array> {
  return Object.fromEntries(
    program.nodes.flatMap((node) => {
      if (node.op !== 'input') return [];
      const size = elementCount(node.shape as number[]);
      const whole = node.name === 'indices';
      const value = (i: number) =>
        whole ? Math.round(9 * Math.sin(i * i) + 7) / (i % 5 ? 1 : 2) : Math.round(40 * Math.sin(size + i * 1.7)) / 16;
      return [[node.name, Float32Array.from({ length: size }, (_, i) => value(i))]];
    }),
  );
}

const length = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(31, 33, 65));
const shape = (axes: number) =>
  fc.array(length, { minLength: 1, maxLength: axes }).filter((lengths) => elementCount(lengths) < 40_000);

const slices = shape(6).chain((lengths) =>
  fc
    .tuple(
      ...lengths.map((n) =>
        fc.record({ start: fc.integer({ min: 0, max: n - 1 }), step: fc.constantFrom(1, 2, 3, -1, -2, -5) }),
      ),
    )
    .map(
      (ranges): Build =>
        (b) =>
          b.slice(b.input('x', lengths), ranges),
    ),
);

const amount = fc.constantFrom(0, 0, 1, 2, 5);
const pads = shape(6).chain((lengths) =>
  fc
    .tuple(
      fc.constantFrom(0, -1.5, 0.1),
      ...lengths.map(() => fc.record({ before: amount, after: amount, interior: fc.constantFrom(0, 0, 0, 1, 3) })),
    )
    .map(
      ([value, ...ranges]): Build =>
        (b) =>
          b.pad(b.input('x', lengths), ranges, value),
    ),
);

const joins = shape(6).chain((lengths) =>
  fc
    .record({
      axis: fc.integer({ min: 0, max: lengths.length - 1 }),
      along: fc.array(length, { minLength: 1, maxLength: 20 }),
    })
    .filter(({ axis, along }) => elementCount(lengths.with(axis, 65)) * along.length < 40_000)
    .map(
      ({ axis, along }): Build =>
        (b) =>
          b.concatenate(
            along.map((n, i) => b.input(`x${i}`, lengths.with(axis, n))),
            axis,
          ),
    ),
);

const tables = fc
  .record({
    rows: length,
    rest: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
    of: fc.array(length, { maxLength: 2 }),
  })
  .filter(({ rest, of }) => elementCount([...rest, ...of]) < 40_000);

const gathers = tables.map(
  ({ rows, rest, of }): Build =>
    (b) =>
      b.gather(b.input('x', [rows, ...rest]), b.input('indices', of)),
);

const gatherGradients = tables.map(
  ({ rows, rest, of }): Build =>
    (b) =>
      b.gatherGradient(b.input('indices', of), b.input('dy', [...of, ...rest]), [rows, ...rest]),
);

const small = fc.integer({ min: 1, max: 3 });
const padding = fc.integer({ min: 0, max: 2 });
const convolutions = fc
  .record({
    batch: small,
    side: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
    size: fc.tuple(small, small),
    groups: fc.constantFrom(1, 2, 3, 17, 33),
    perGroup: fc.constantFrom(1, 1, 2, 5),
    multiple: fc.constantFrom(1, 2, 3),
    strides: fc.tuple(small, small),
    dilations: fc.tuple(small, small),
    padding: fc.tuple(padding, padding, padding, padding),
    kind: fc.constantFrom('forward', 'image', 'filter'),
  })
  .filter(({ side, size, dilations, padding: [top, bottom, left, right] }) => {
    const around = [top + bottom, left + right];
    return side.every((n, axis) => n + around[axis] > (size[axis] - 1) * dilations[axis]);
  })
  .map(
    ({ batch, side, size, groups, perGroup, multiple, kind, ...options }): Build =>
      (b) => {
        const image = [batch, ...side, groups * perGroup];
        const filter = [...size, perGroup, groups * multiple];
        const y = [
          batch,
          ...side.map((n, axis) => {
            const free = n + options.padding[2 * axis] + options.padding[2 * axis + 1];
            return Math.floor((free - (size[axis] - 1) * options.dilations[axis] - 1) / options.strides[axis]) + 1;
          }),
          groups * multiple,
        ];
        const window = { ...options, groups };
        if (kind === 'forward') return b.conv2d(b.input('x', image), b.input('filter', filter), window);
        if (kind === 'image') return b.conv2dInputGradient(b.input('filter', filter), b.input('dy', y), image, window);
        return b.conv2dFilterGradient(b.input('x', image), b.input('dy', y), filter, window);
      },
  );

const chains: fc.Arbitrary<Build> = shape(3).map((lengths) => (b) => {
  const x = b.input('x', lengths);
  return b.add(b.mul(b.round(b.mul(x, 4)), b.floor(x)), b.add(b.cos(x), b.erf(x)));
});

const groups = { slices, pads, joins, gathers, gatherGradients, convolutions, chains };

describe.each(['webgl', 'webgpu'] as const)('on %s', async (device) => {
  const backend = await createTfjsBackend({ device });

  it.each(Object.keys(groups) as (keyof typeof groups)[])('%s are as the reference has them', async (group) => {
    await fc.assert(
      fc.asyncProperty(groups[group] as fc.Arbitrary<Build>, async (build) => {
        const program = boundProgram(programOf(build));
        expect(await checkProgram(backend, program, inputsOf(program))).toEqual([]);
        expect(backend.liveTensors()).toBe(0);
      }),
      { numRuns: Number(import.meta.env.VITE_RUNS ?? 40), endOnFailure: true },
    );
  });
});
