import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, concatenate, type GraphValue, input, type Layer, model, multiply } from '../../src/index.js';
import { bindBatch, createBuilder, elementCount } from '../../src/program/index.js';
import { evaluate } from '../../src/reference/index.js';

const rows = 2;

/** The outputs of one layer of several inputs, and its output shape with the batch. */
function run(layer: Layer, shapes: readonly (readonly number[])[], data: readonly (readonly number[])[]) {
  const inputs = shapes.map((shape) => input({ shape }));
  const graph = model({ inputs, outputs: layer(...inputs) });
  const b = createBuilder('merge');
  const values = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape])]));
  const { outputs } = graph.forward(b, values, {}, 'mean');
  b.output('y', outputs.output);
  const given = Object.fromEntries(graph.inputs.map(({ name }, i) => [name, data[i]]));
  return {
    shape: [rows, ...graph.outputShape],
    data: evaluate(bindBatch(b.build(), rows), { inputs: given }).y,
  };
}

/** The indices of all elements. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, n) => all.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
}

const at = (shape: readonly number[], index: readonly number[]) =>
  shape.reduce((sum, n, axis) => sum * n + (n === 1 ? 0 : index[axis]), 0);

const numbers = (shapes: readonly (readonly number[])[]) =>
  fc.tuple(
    ...shapes.map((shape) =>
      fc.array(fc.integer({ min: -9, max: 9 }), {
        minLength: rows * elementCount(shape),
        maxLength: rows * elementCount(shape),
      }),
    ),
  );

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });

describe('add and multiply', () => {
  it.each([
    ['add', add(), (a: number, b: number) => a + b],
    ['multiply', multiply(), (a: number, b: number) => a * b],
  ] as const)('%s element by element, and repeat axes of length 1', (_, layer, combine) => {
    const inputs = shape.chain((full) =>
      fc
        .array(fc.tuple(...full.map((n) => fc.constantFrom(n, n, 1))), { minLength: 2, maxLength: 4 })
        .chain((shapes) => fc.tuple(fc.constant(shapes), numbers(shapes))),
    );
    fc.assert(
      fc.property(inputs, ([shapes, data]) => {
        const result = run(layer, shapes, data);
        const full = shapes[0].map((_, axis) => Math.max(...shapes.map((one) => one[axis])));
        expect(result.shape).toEqual([rows, ...full]);
        const expected = indices(result.shape).map((index) =>
          shapes.map((one, i) => data[i][at([rows, ...one], index)]).reduce(combine),
        );
        expect([...result.data]).toEqual(expected);
      }),
    );
  });

  it('refuse other shapes and single values', () => {
    const x = input({ shape: [3, 4] });
    const small = input({ shape: [3, 2] });
    const flat = input({ shape: [4] });
    for (const [layer, name] of [
      [add(), 'add1'],
      [multiply(), 'multiply1'],
    ] as const) {
      const build = (...inputs: readonly GraphValue[]) => model({ inputs, outputs: layer(...inputs) });
      const refused = (inputs: readonly GraphValue[], message: RegExp) =>
        expect(() => build(...inputs)).toThrow(
          expect.objectContaining({ code: 'VARDROP_SHAPE', message: expect.stringMatching(message) }),
        );
      refused([x, small], new RegExp(`\\[${name}\\] input 2: got \\[batch, 3, 2\\], needs \\[batch, 3, 4\\]`));
      refused([x, flat], /got \[batch, 4\], needs \[batch, 3, 4\]/);
      expect(() => layer(x)).toThrow(expect.objectContaining({ code: 'VARDROP_MODEL' }));
    }
  });
});

describe('concatenate', () => {
  it('puts values one after the other along any axis', () => {
    const inputs = fc
      .record({
        full: shape,
        axis: fc.nat(2),
        lengths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }),
        fromEnd: fc.boolean(),
      })
      .chain(({ full, axis: drawn, lengths, fromEnd }) => {
        const axis = drawn % full.length;
        const shapes = lengths.map((length) => full.map((n, j) => (j === axis ? length : n)));
        return fc.tuple(fc.constant({ axis, shapes, given: fromEnd ? axis - full.length : axis + 1 }), numbers(shapes));
      });
    fc.assert(
      fc.property(inputs, ([{ axis, shapes, given }, data]) => {
        const result = run(concatenate({ axis: given }), shapes, data);
        const expected = indices(result.shape).map((index) => {
          let place = index[axis + 1];
          let i = 0;
          while (place >= shapes[i][axis]) place -= shapes[i++][axis];
          return data[i][
            at(
              [rows, ...shapes[i]],
              index.map((n, j) => (j === axis + 1 ? place : n)),
            )
          ];
        });
        expect([...result.data]).toEqual(expected);
      }),
    );
  });

  it('joins the last axis where none is given', () => {
    expect(
      run(
        concatenate(),
        [[2], [1]],
        [
          [1, 2, 4, 5],
          [3, 6],
        ],
      ).data,
    ).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
  });

  it('refuses other shapes and axes', () => {
    const x = input({ shape: [3, 4] });
    const other = input({ shape: [2, 4] });
    const join = (axis?: number) => () => model({ inputs: [x, other], outputs: concatenate({ axis })(x, other) });
    expect(join(1)().outputShape).toEqual([5, 4]);
    expect(join()).toThrow(/\[concatenate1\] input 2: got \[batch, 2, 4\], needs \[batch, 3, 4\] but for axis 2/);
    expect(join(3)).toThrow(expect.objectContaining({ code: 'VARDROP_SHAPE' }));
    expect(join(-3)).toThrow(expect.objectContaining({ code: 'VARDROP_SHAPE' }));
    for (const axis of [0, 1.5, Number.NaN, '1' as unknown as number]) {
      expect(() => concatenate({ axis })).toThrow(expect.objectContaining({ code: 'VARDROP_LAYER' }));
    }
  });
});
