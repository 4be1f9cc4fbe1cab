import { describe, expect, it } from 'vitest';
import { activate } from '../../src/layers/activation.js';
import { type Activation, activation, sequential } from '../../src/layers/index.js';
import { createBuilder } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';

const points = [-800, -30, -2.5, -1, -1e-3, 0, 1e-3, 0.7, 3, 30, 800];
const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

/** Values and derivatives, from the definitions; a derivative at a kink is that of the left side. */
const formulas: Readonly<Record<Activation, readonly [(x: number) => number, (x: number) => number]>> = {
  linear: [(x) => x, () => 1],
  relu: [(x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
  leakyRelu: [(x) => (x > 0 ? x : 0.01 * x), (x) => (x > 0 ? 1 : 0.01)],
  elu: [(x) => (x > 0 ? x : Math.expm1(x)), (x) => (x > 0 ? 1 : Math.exp(x))],
  sigmoid: [sigmoid, (x) => sigmoid(x) * sigmoid(-x)],
  tanh: [Math.tanh, (x) => 1 / Math.cosh(x) ** 2],
  softplus: [(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), sigmoid],
  gelu: [
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    (x) => {
      const inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
      const slope = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);
      return 0.5 * (1 + Math.tanh(inner)) + (0.5 * x * slope) / Math.cosh(inner) ** 2;
    },
  ],
  silu: [(x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * sigmoid(-x))],
};

function evaluated(kind: Activation) {
  const b = createBuilder('activation');
  const x = b.input('x', [points.length]);
  const y = activate(b, x, kind);
  b.output('y', y);
  b.output('dy', gradients(b, b.reduceSum(y), [x])[0]);
  const program = simplify(b.build());
  return evaluate(program, { inputs: program.nodes.some((node) => node.op === 'input') ? { x: points } : {} });
}

describe('activations follow their formulas, and so do their derivatives', () => {
  for (const [kind, [value, slope]] of Object.entries(formulas) as [Activation, (typeof formulas)['relu']][]) {
    it(kind, () => {
      const { y, dy } = evaluated(kind);
      points.forEach((x, i) => {
        // A few roundings of numbers of at most 1 + |x|, which eᵡ − 1 and 1 + tanh keep as absolute errors.
        const rounding = 1e-14 * (1 + Math.abs(x));
        expect(Math.abs(y[i] - value(x)), `at ${x}`).toBeLessThanOrEqual(rounding);
        expect(Math.abs(dy[i] - slope(x)), `slope at ${x}`).toBeLessThanOrEqual(1e-13);
      });
    });
  }

  it('are named after what they are, and refuse what they are not', () => {
    const model = sequential({ input: [3], layers: [activation('relu'), activation('relu'), activation('silu')] });
    expect(model.layers.map(({ name, activation: kind }) => [name, kind])).toEqual([
      ['relu1', 'relu'],
      ['relu2', 'relu'],
      ['silu1', 'silu'],
    ]);
    const b = createBuilder('unknown');
    expect(() => activate(b, b.input('x', [1]), 'swish' as Activation)).toThrow(
      expect.objectContaining({ code: 'VARDROP_LAYER' }),
    );
  });
});
