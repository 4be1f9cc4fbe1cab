import fc from 'fast-check';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import type { Program } from '../../src/program/program.js';

type Step = readonly [kind: number, first: number, second: number];

/** Ways of making a value from two earlier ones, all of which are square matrices. */
const makers: readonly ((b: Builder, x: Value, y: Value, name: string) => Value)[] = [
  (b, x, y) => b.add(x, y),
  (b, x, y) => b.mul(x, y),
  (b, x) => b.square(x),
  (b, x) => b.max(x, 0),
  (b, x) => b.exp(x),
  (b, x, y) => b.sub(b.mul(x, 0.5), y),
  (b, x, y) => b.selectGreater(x, 0.5, y, x),
  (b, x, y) => b.matmul(x, y),
  (b, x, y) => b.matmul(b.square(x), y),
  (b, x, y) => b.matmul(x, y, { transposeA: true }),
  (b, x, y) => b.matmul(x, b.max(y, 0), { transposeB: true }),
  (b, x, y) => b.add(b.matmul(x, y), b.matmul(b.square(x), b.square(y))),
  (b, x, y) => b.mul(x, b.reduceSum(y, [0], true)),
  (b, x, y) => b.sub(x, b.reduceMax(b.abs(y), [1], true)),
  (b, x, y) => b.add(x, b.reduceSum(b.square(y))),
  (b, x) => b.transpose(x),
  (b, x) => b.reshape(b.reshape(x, [9]), [3, 3]),
  (b, x) => b.broadcast(b.reduceSum(x, [1], true), [3, 3]),
  (b, x, _, name) => b.add(x, b.noise('normal', name, [3, 3])),
  (b, x, y) =>
    b.reshape(b.conv2d(b.reshape(x, [1, 3, 3, 1]), b.reshape(y, [3, 3, 1, 1]), { padding: [1, 1, 1, 1] }), [3, 3]),
  (b, x) => b.reshape(b.maxPool2d(b.reshape(x, [1, 3, 3, 1]), [1, 1]), [3, 3]),
  (b, x) => b.mul(b.constant([1, 2, 3], [3]), x),
  (b, x) => b.gather(x, b.constant([2, 0, 2], [3])),
  (b, x, y) => b.gatherGradient(b.round(b.slice(x, [{ end: 1 }])), b.reshape(y, [1, 3, 3]), [3, 3]),
  (b, x, y) => b.slice(b.concatenate([x, y], 1), [{ step: -1 }, { start: 1, step: 2 }]),
  (b, x) => b.slice(b.pad(x, [{ before: 1 }, { interior: 1 }], 2), [{ end: 3 }, { end: 3 }]),
  (b, x) => b.add(b.floor(x), b.cos(b.erf(x))),
  (b, x, y) =>
    b.reshape(
      b.conv2d(b.reshape(x, [1, 3, 1, 3]), b.reshape(y, [3, 1, 1, 3]), {
        padding: [2, 2, 0, 0],
        dilations: [2, 1],
        groups: 3,
      }),
      [3, 3],
    ),
];

/** Programs over 3×3 matrices of all kinds of operations, with one to four outputs; some nodes may be dead. */
export function randomPrograms(longest = 24): fc.Arbitrary<Program> {
  const step = fc.tuple(fc.nat(makers.length - 1), fc.nat(7), fc.nat(7));
  return fc
    .tuple(fc.array(step, { minLength: 1, maxLength: longest }), fc.array(fc.nat(7), { minLength: 1, maxLength: 4 }))
    .map(([steps, outputs]) => buildRandom(steps, outputs));
}

function buildRandom(steps: readonly Step[], outputs: readonly number[]): Program {
  const b = createBuilder('random');
  const values = [b.input('x', [3, 3], 'iteration'), b.input('y', [3, 3])];
  // Operands are counted back from the newest value, so that graphs are deep and shrink well.
  const recent = (back: number) => values[Math.max(values.length - 1 - back, 0)];
  steps.forEach(([kind, first, second], i) => {
    values.push(makers[kind](b, recent(first), recent(second), `key${i}`));
  });
  [...new Set(outputs.map(recent))].forEach((value, i) => {
    b.output(`out${i}`, value);
  });
  return b.build();
}
