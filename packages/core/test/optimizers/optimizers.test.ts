import { describe, expect, it } from 'vitest';
import { adam, type Optimizer, sgd } from '../../src/optimizers/index.js';
import { createBuilder } from '../../src/program/builder.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';
import { constantSchedule, exponentialDecay, piecewiseLinear, warmUp } from '../../src/training/index.js';

const steps = 50;
const start = [1, -2, 0.5, 0];

/** A gradient that changes from step to step, and is 0 throughout for the last parameter. */
function gradientAt(step: number, parameter: readonly number[]): number[] {
  return parameter.map((x, i) => (i === 3 ? 0 : Math.sin(step * (i + 1)) * 10 ** (i - 1) + 0.3 * x));
}

/** The optimizer's own program, run step by step in float64 with the scalars that it asks for. */
function run(optimizer: Optimizer, rate: (step: number) => number = () => optimizer.learningRate): number[][] {
  const b = createBuilder('update');
  const shape = [start.length];
  const scalars = Object.fromEntries(optimizer.scalarNames.map((name) => [name, b.input(name, [])]));
  const slots = Object.fromEntries(optimizer.slots.map((name) => [name, b.input(name, shape)]));
  const next = optimizer.update(b, b.input('parameter', shape), b.input('gradient', shape), slots, scalars);
  b.output('next', next.parameter);
  expect(Object.keys(next.slots)).toEqual([...optimizer.slots]);
  for (const [name, slot] of Object.entries(next.slots)) b.output(`next ${name}`, slot);
  const program = simplify(b.build());
  let parameter = start;
  let values: Record<string, number[]> = Object.fromEntries(optimizer.slots.map((name) => [name, start.map(() => 0)]));
  const trajectory: number[][] = [];
  for (let step = 1; step <= steps; step++) {
    const given = optimizer.scalars(step, rate(step));
    expect(Object.keys(given)).toEqual([...optimizer.scalarNames]);
    const results = evaluate(program, {
      inputs: {
        parameter,
        gradient: gradientAt(step, parameter),
        ...values,
        ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name, [value]])),
      },
    });
    parameter = Array.from(results.next);
    values = Object.fromEntries(optimizer.slots.map((name) => [name, Array.from(results[`next ${name}`])]));
    trajectory.push(parameter);
  }
  return trajectory;
}

/** Each parameter by itself: `update` maps value, gradient and step to the next value, with state of its own. */
function byHand(make: () => (x: number, gradient: number, step: number) => number): number[][] {
  const updates = start.map(make);
  let parameter = start;
  return Array.from({ length: steps }, (_, i) => {
    const gradient = gradientAt(i + 1, parameter);
    parameter = parameter.map((x, k) => updates[k](x, gradient[k], i + 1));
    return parameter;
  });
}

function expectSame(actual: number[][], expected: number[][]): void {
  // Fifty steps of a few roundings, which a contraction of the trajectory does not let grow.
  actual.forEach((parameter, i) => {
    parameter.forEach((x, k) => {
      expect(Math.abs(x - expected[i][k]), `step ${i + 1}`).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected[i][k])));
    });
  });
}

describe('optimizers, over 50 steps in float64', () => {
  it('sgd', () =>
    expectSame(
      run(sgd({ learningRate: 0.1 })),
      byHand(() => (x, g) => x - 0.1 * g),
    ));

  it('sgd with momentum', () => {
    const expected = byHand(() => {
      let v = 0;
      return (x, g) => {
        v = 0.9 * v + g;
        return x - 0.05 * v;
      };
    });
    expectSame(run(sgd({ learningRate: 0.05, momentum: 0.9 })), expected);
  });

  it('sgd with Nesterov’s momentum', () => {
    const expected = byHand(() => {
      let v = 0;
      return (x, g) => {
        v = 0.8 * v + g;
        return x - 0.05 * (g + 0.8 * v);
      };
    });
    expectSame(run(sgd({ learningRate: 0.05, momentum: 0.8, nesterov: true })), expected);
  });

  for (const options of [{}, { learningRate: 0.02, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }, { beta1: 0, beta2: 0 }]) {
    it(`adam ${JSON.stringify(options)}`, () => {
      const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
      // Kingma & Ba 2015, algorithm 1, as it stands there.
      const expected = byHand(() => {
        let [m, v] = [0, 0];
        return (x, g, t) => {
          m = beta1 * m + (1 - beta1) * g;
          v = beta2 * v + (1 - beta2) * g * g;
          return x - (learningRate * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
        };
      });
      const actual = run(adam(options));
      expectSame(actual, expected);
      expect(actual.map((parameter) => parameter[3])).toEqual(new Array(steps).fill(0));
    });
  }

  it('follow a scheduled rate', () => {
    const rate = (step: number) => 0.1 / step;
    expectSame(
      run(sgd(), rate),
      byHand(() => (x, g, t) => x - (0.1 / t) * g),
    );
    expect(adam().scalars(1, 0.5).stepSize).toBeCloseTo((0.5 * Math.sqrt(1 - 0.999)) / 0.1, 12);
  });

  for (const [name, make] of [
    ['sgd, learningRate 0', () => sgd({ learningRate: 0 })],
    ['sgd, learningRate NaN', () => sgd({ learningRate: Number.NaN })],
    ['sgd, learningRate ∞', () => sgd({ learningRate: Number.POSITIVE_INFINITY })],
    ['sgd, momentum 1', () => sgd({ momentum: 1 })],
    ['sgd, momentum −0.1', () => sgd({ momentum: -0.1 })],
    ['adam, learningRate −1', () => adam({ learningRate: -1 })],
    ['adam, beta1 1', () => adam({ beta1: 1 })],
    ['adam, beta2 NaN', () => adam({ beta2: Number.NaN })],
    ['adam, epsilon 0', () => adam({ epsilon: 0 })],
  ] as const) {
    it(`refused: ${name}`, () =>
      expect(make).toThrow(
        expect.objectContaining({ code: 'VARDROP_OPTIMIZER', message: expect.stringContaining(name.split(',')[0]) }),
      ));
  }
});

describe('schedules', () => {
  const at = (epoch: number) => ({ epoch, step: 0 });

  it('piecewise linear: level, then straight lines, then level', () => {
    const schedule = piecewiseLinear([5, 0], [20, 1], [30, 0.5]);
    expect([0, 5, 8, 12.5, 20, 25, 30, 1000].map((epoch) => schedule(at(epoch)))).toEqual([
      0, 0, 0.2, 0.5, 1, 0.75, 0.5, 0.5,
    ]);
    expect(piecewiseLinear([3, 0.7])(at(0))).toBe(0.7);
    expect(piecewiseLinear([3, 0.7])(at(4))).toBe(0.7);
  });

  it('warm-up, decay and constants', () => {
    expect([0, 2, 4, 8, 9].map((epoch) => warmUp(8)(at(epoch)))).toEqual([0, 0.25, 0.5, 1, 1]);
    expect(exponentialDecay(0.5, 10)(at(20))).toBe(0.25);
    expect(exponentialDecay(0.5)(at(0.5))).toBeCloseTo(Math.SQRT1_2, 15);
    expect([0, 7].map((epoch) => constantSchedule(0.3)(at(epoch)))).toEqual([0.3, 0.3]);
    expect(constantSchedule()(at(1))).toBe(1);
  });

  for (const [name, make] of [
    ['no points', () => piecewiseLinear()],
    ['epochs that do not ascend', () => piecewiseLinear([1, 0], [1, 1])],
    ['NaN', () => piecewiseLinear([0, Number.NaN])],
    ['an infinite epoch', () => piecewiseLinear([0, 1], [Number.POSITIVE_INFINITY, 0])],
    ['a warm-up of no epochs', () => warmUp(0)],
    ['a decay over no epochs', () => exponentialDecay(0.5, 0)],
    ['a decay by a negative factor', () => exponentialDecay(-0.5)],
  ] as const) {
    it(`refused: ${name}`, () => expect(make).toThrow(expect.objectContaining({ code: 'VARDROP_SCHEDULE' })));
  }
});
