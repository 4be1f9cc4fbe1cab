import { createBuilder, type Program } from '@vardrop/core/program';
import fc from 'fast-check';

const length = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(31, 33, 65));
const elements = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const shapes = fc.array(length, { minLength: 1, maxLength: 4 }).filter((shape) => elements(shape) < 6000);
const amount = fc.integer({ min: 0, max: 3 });

/** A start, end and step that take something of an axis. */
const rangeOf = (n: number) =>
  fc
    .record({ first: fc.nat(n - 1), last: fc.nat(n - 1), step: fc.integer({ min: 1, max: 3 }) })
    .map(({ first, last, step }) =>
      first <= last
        ? { start: first, end: last + 1, step }
        : { start: first, ...(last === 0 ? {} : { end: last - 1 }), step: -step },
    );

const slices = shapes.chain((shape) =>
  fc.tuple(...shape.map((n) => fc.option(rangeOf(n), { nil: undefined }))).map((ranges) => {
    const b = createBuilder('slice');
    const x = b.input('x', shape);
    const y = b.slice(b.add(x, 1), ranges);
    b.output('raw', b.slice(x, ranges));
    b.output('y', b.add(b.mul(y, y), 3));
    b.output('sum', b.reduceSum(y));
    return b.build();
  }),
);

const pads = shapes
  .filter((shape) => elements(shape.map((n) => n + 3)) < 20_000)
  .chain((shape) => {
    const range = fc.option(fc.record({ before: amount, after: amount, interior: amount }), { nil: undefined });
    return fc
      .record({ ranges: fc.tuple(...shape.map(() => range)), value: fc.integer({ min: -1, max: 3 }) })
      .map(({ ranges, value }) => {
        const b = createBuilder('pad');
        const y = b.pad(b.neg(b.input('x', shape)), ranges, value);
        b.output('y', b.mul(y, 2));
        b.output('sum', b.reduceSum(y, [0]));
        return b.build();
      });
  });

const concatenations = fc
  .record({ shape: shapes, lengths: fc.array(length, { minLength: 2, maxLength: 17 }), at: fc.nat(3) })
  .map(({ shape, lengths, at }) => {
    const axis = at % shape.length;
    const b = createBuilder('concatenate');
    const each = lengths.map((n, i) => {
      const own = shape.map((m, j) => (j === axis ? (i === 0 ? n : (n % 7) + 1) : m % 9 || 1));
      return b.input(`x${i}`, own);
    });
    const y = b.concatenate([...each, b.neg(each[0])], axis);
    b.output('y', b.add(y, 1));
    b.output('greatest', b.reduceMax(y, [axis]));
    return b.build();
  });

/** Numbers of rows, of which some are no row's: they are whole numbers from −3 to 3 times a number. */
const gathers = fc
  .record({
    rows: length,
    rest: fc.array(length, { maxLength: 2 }),
    index: fc.array(fc.constantFrom(1, 3, 17, 64, 65, 129), { maxLength: 2 }),
    spread: fc.constantFrom(0.5, 1, 7, 11, 2 ** 31, 2 ** 32, Number.POSITIVE_INFINITY),
  })
  .filter(({ rest, index }) => elements([...rest, ...index]) < 60_000)
  .map(({ rows, rest, index, spread }) => {
    const b = createBuilder('gather');
    const table = b.input('table', [rows, ...rest]);
    // With ∞ 0 becomes NaN.
    const indices = b.mul(b.input('indices', index), spread);
    const y = b.gather(b.mul(table, 2), indices);
    b.output('y', b.add(y, 1));
    b.output('gradient', b.neg(b.gatherGradient(indices, b.input('dy', y.shape), table.shape)));
    return b.build();
  });

const two = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
const side = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 33));
const convolutions = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(side, fc.integer({ min: 1, max: 9 })),
    groups: fc.constantFrom(1, 2, 3, 5, 8, 31, 33, 64),
    perGroup: fc.constantFrom(1, 1, 2, 5),
    multiple: fc.constantFrom(1, 1, 2, 3, 4, 6, 8, 16, 19),
    kernel: two,
    strides: two,
    dilations: two,
    padding: fc.tuple(amount, amount, amount, amount),
  })
  .map((drawn) => {
    const [down, across] = drawn.kernel.map((n, i) => (n - 1) * drawn.dilations[i]);
    const [top, bottom, left, right] = drawn.padding;
    const [most, widest] = [Math.min(top, down), Math.min(left, across)];
    const padding = [most, Math.min(bottom, down), widest, Math.min(right, across)] as const;
    return { ...drawn, padding, reach: [down + 1, across + 1] };
  })
  .filter(({ size, reach, padding: [top, bottom, left, right], groups, perGroup, multiple }) => {
    const fits = size[0] + top + bottom >= reach[0] && size[1] + left + right >= reach[1];
    return fits && groups * perGroup * multiple * size[0] * size[1] < 40_000;
  })
  .map(({ batch, size, groups, perGroup, multiple, kernel, strides, dilations, padding }) => {
    const options = { strides, dilations, padding, groups };
    const b = createBuilder('convolution');
    const x = b.input('x', [batch, ...size, groups * perGroup]);
    const filter = b.input('filter', [...kernel, perGroup, groups * multiple]);
    const y = b.conv2d(x, filter, options);
    const dy = b.input('dy', y.shape);
    const variance = b.conv2d(b.mul(x, x), b.input('variance', filter.shape), options);
    b.output('y', b.add(y, b.input('bias', [groups * multiple])));
    b.output('moments', b.sub(b.mul(variance, dy), y));
    b.output('image', b.conv2dInputGradient(filter, dy, x.shape, options));
    b.output('filters', b.mul(b.conv2dFilterGradient(x, dy, filter.shape, options), 2));
    return b.build();
  });

const rounded = length.map((n) => {
  const b = createBuilder('rounding');
  const x = b.input('x', [n]);
  for (const by of [0.5, 0.25, 0.75, 0.3, 1e6 + 0.5, 3e9]) {
    b.output(`round ${by}`, b.round(b.mul(x, by)));
    b.output(`floor ${by}`, b.floor(b.mul(x, by)));
  }
  return b.build();
});

const transposes = shapes
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      order: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
    }),
  )
  .map(({ shape, order }) => {
    const b = createBuilder('transpose');
    const x = b.input('x', shape);
    b.output('y', b.transpose(x, order));
    b.output('after', b.add(b.transpose(b.mul(x, 2), order), 1));
    return b.build();
  });

/** Programs whose results are exact where their inputs are small whole numbers. */
export const exactPrograms: Readonly<Record<string, fc.Arbitrary<Program>>> = {
  slices,
  pads,
  concatenations,
  gathers,
  transposes,
  convolutions,
  rounded,
};
