import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import type { PadRange, SliceRange } from '../../src/program/index.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';

interface Tensor {
  readonly shape: readonly number[];
  readonly values: readonly (number | null)[];
}

interface Attributes {
  readonly strides: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
  readonly groups: number;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly value: number;
  readonly ranges: readonly (readonly (number | null)[])[];
}

interface Case {
  readonly op: keyof typeof builders;
  readonly attributes: Attributes;
  readonly operands: readonly Tensor[];
  readonly result: Tensor;
  readonly dy?: Tensor;
  /** For each operand what dy comes to; null where there is no gradient. */
  readonly gradients?: readonly (Tensor | null)[];
}

const fixture: { readonly jax: string; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/contract2.json', import.meta.url), 'utf8'),
);

const windowOf = ({ strides, padding, dilations, groups }: Attributes) => ({ strides, padding, dilations, groups });
/** Python's None is left out. */
const present = (entries: Readonly<Record<string, number | null>>) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null));
const sliceRange = ([start, end, step]: readonly (number | null)[]) => present({ start, end, step }) as SliceRange;
const padRange = ([before, after, interior]: readonly (number | null)[]) =>
  present({ before, after, interior }) as PadRange;

const builders = {
  conv2d: (b: Builder, [x, w]: readonly Value[], a: Attributes) => b.conv2d(x, w, windowOf(a)),
  conv2dInputGradient: (b: Builder, [w, dy]: readonly Value[], a: Attributes) =>
    b.conv2dInputGradient(w, dy, a.shape, windowOf(a)),
  conv2dFilterGradient: (b: Builder, [x, dy]: readonly Value[], a: Attributes) =>
    b.conv2dFilterGradient(x, dy, a.shape, windowOf(a)),
  gather: (b: Builder, [table, indices]: readonly Value[]) => b.gather(table, indices),
  gatherGradient: (b: Builder, [indices, dy]: readonly Value[], a: Attributes) =>
    b.gatherGradient(indices, dy, a.shape),
  concatenate: (b: Builder, values: readonly Value[], { axis }: Attributes) => b.concatenate(values, axis),
  slice: (b: Builder, [x]: readonly Value[], { ranges }: Attributes) => b.slice(x, ranges.map(sliceRange)),
  pad: (b: Builder, [x]: readonly Value[], { ranges, value }: Attributes) => b.pad(x, ranges.map(padRange), value),
  floor: (b: Builder, [x]: readonly Value[]) => b.floor(x),
  round: (b: Builder, [x]: readonly Value[]) => b.round(x),
};

const numbers = ({ values }: Tensor) => Float64Array.from(values, (value) => value ?? Number.NaN);
/** Zeros of either sign are one number. */
const plain = (values: Float64Array) => Array.from(values, (x) => x + 0);

/** Numbers of all cases are such that float64 is exact. */
describe(`as JAX ${fixture.jax} has it`, () => {
  const cases = fixture.cases.map(
    (each, i) => [`${each.op} (${i}): ${JSON.stringify(each.attributes)}`, each] as const,
  );
  it.each(cases)('%s', (_, { op, attributes, operands, result, dy, gradients: wanted }) => {
    const b = createBuilder(op);
    const inputs = operands.map(({ shape }, i) => b.input(`operand${i}`, shape));
    const y = builders[op](b, inputs, attributes);
    expect(y.shape).toEqual(result.shape);
    b.output('y', y);
    const found = dy ? gradients(b, b.reduceSum(b.mul(y, b.input('dy', dy.shape))), inputs) : [];
    found.forEach((gradient, i) => {
      expect(gradient.shape).toEqual(operands[i].shape);
      b.output(`gradient${i}`, gradient);
    });
    const given = new Map(operands.map((each, i) => [`operand${i}`, numbers(each)]));
    if (dy) given.set('dy', numbers(dy));
    for (const program of [b.build(), simplify(b.build())]) {
      const needed = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
      const values = evaluate(program, {
        inputs: Object.fromEntries([...given].filter(([name]) => needed.includes(name))),
      });
      expect(plain(values.y)).toEqual(plain(numbers(result)));
      wanted?.forEach((gradient, i) => {
        const zeros = new Array<number>(operands[i].values.length).fill(0);
        expect(plain(values[`gradient${i}`])).toEqual(gradient ? plain(numbers(gradient)) : zeros);
      });
    }
  });

  it('covers every operation in its table', () => {
    expect(new Set(fixture.cases.map(({ op }) => op))).toEqual(new Set(Object.keys(builders)));
  });
});
