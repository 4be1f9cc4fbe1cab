import { describe, expect, it } from 'vitest';
import {
  adam,
  adamW,
  chain,
  clipByGlobalNorm,
  clipByValue,
  lion,
  movingAverage,
  type Optimizer,
  parameterGroups,
  rmsprop,
  sgd,
} from '../../src/optimizers/index.js';
import { createBuilder } from '../../src/program/builder.js';
import { evaluate } from '../../src/reference/index.js';

// The trajectories themselves are compared with those of PyTorch and optax in packages/conformance/test/optimizers.test.ts.

const shapes = [
  { name: 'first/weights', shape: [2, 3] },
  { name: 'first/bias', shape: [3] },
] as const;

/** What one step from slots of 0 adds to each parameter, for gradients and parameters that count up. */
function firstUpdates(optimizer: Optimizer): Readonly<Record<string, readonly number[]>> {
  const b = createBuilder('update');
  const of = (prefix: string) =>
    Object.fromEntries(shapes.map(({ name, shape }) => [name, b.input(`${prefix}:${name}`, shape)]));
  const [parameters, updates] = [of('parameter'), of('gradient')];
  const slots = optimizer.slots(shapes).map(({ name, shape }) => [name, b.input(name, shape)] as const);
  const scalars = optimizer.scalarNames.map((name) => [name, b.input(name, [])] as const);
  const step = { parameters, updates, slots: Object.fromEntries(slots), scalars: Object.fromEntries(scalars) };
  const next = optimizer.update(b, step);
  for (const [name, value] of Object.entries(next.updates)) b.output(name, value);
  const counting = (shape: readonly number[], from: number) =>
    Array.from({ length: shape.reduce((product, length) => product * length, 1) }, (_, i) => from + i);
  const given = optimizer.scalars(1, 1);
  return Object.fromEntries(
    Object.entries(
      evaluate(b.build(), {
        inputs: Object.fromEntries([
          ...shapes.map(({ name, shape }) => [`parameter:${name}`, counting(shape, 10)]),
          ...shapes.map(({ name, shape }) => [`gradient:${name}`, counting(shape, -1)]),
          ...slots.map(([name, { shape }]) => [name, counting(shape as readonly number[], 0).fill(0)]),
          ...scalars.map(([name]) => [name, [given[name]]]),
        ]),
      }),
    ).map(([name, values]) => [name, Array.from(values)]),
  );
}

describe('optimizers', () => {
  it('follow the factor of a schedule', () => {
    expect(sgd({ learningRate: 0.5 }).scalars(7, 0.25)).toEqual({ 'sgd/stepSize': -0.125 });
    expect(adam().scalars(1, 0.5)['adam/stepSize']).toBeCloseTo((-0.0005 * Math.sqrt(1 - 0.999)) / 0.1, 12);
    const groups = parameterGroups([
      { parameters: (name) => name.endsWith('bias'), optimizer: sgd({ learningRate: 0.1 }) },
      { parameters: () => true, optimizer: sgd({ learningRate: 2 }) },
    ]);
    expect(groups.scalars(1, 0.5)).toEqual({ 'group1/sgd/stepSize': -0.05, 'group2/sgd/stepSize': -1 });
  });

  it('decay weights and nothing else, unless told which', () => {
    const moved = (optimizer: Optimizer) =>
      Object.entries(firstUpdates(optimizer)).flatMap(([name, values]) => {
        const without = firstUpdates(lion({ learningRate: 1 }))[name];
        return values.some((value, i) => value !== without[i]) ? [name] : [];
      });
    expect(moved(lion({ learningRate: 1, weightDecay: 0.5 }))).toEqual(['first/weights']);
    const decay = (name: string) => name.endsWith('bias');
    expect(moved(lion({ learningRate: 1, weightDecay: 0.5, decay }))).toEqual(['first/bias']);
    expect(firstUpdates(lion({ learningRate: 1, weightDecay: 0.5, decay }))['first/bias']).toEqual([-4, -5.5, -7]);
  });

  it('leave frozen parameters as they are, without slots, and average them', () => {
    const frozen = parameterGroups([
      { parameters: (name) => name === 'first/weights', optimizer: 'frozen' },
      { parameters: () => true, optimizer: chain(clipByValue(0.5), sgd({ learningRate: 1, momentum: 0.5 })) },
    ]);
    expect(frozen.slots(shapes)).toEqual([{ name: 'velocity:first/bias', shape: [3] }]);
    expect(firstUpdates(frozen)).toEqual({ 'first/bias': [0.5, -0, -0.5] });
    const averaged = chain(frozen, movingAverage());
    expect(averaged.name).toBe('chain(parameterGroups(frozen, chain(clipByValue, sgd)), movingAverage)');
    expect(averaged.slots(shapes).map(({ name }) => name)).toEqual([
      'velocity:first/bias',
      'average:first/weights',
      'average:first/bias',
    ]);
  });

  it('clip by the norm of all gradients together, and not below the limit', () => {
    // −1, 0, …, 4 and −1, 0, 1.
    const norm = Math.sqrt(31 + 2);
    const updates = firstUpdates(chain(clipByGlobalNorm(2), sgd({ learningRate: 1 })));
    updates['first/weights'].forEach((value, i) => {
      expect(value).toBeCloseTo((-2 / norm) * (i - 1), 14);
    });
    expect(firstUpdates(chain(clipByGlobalNorm(6), sgd({ learningRate: 1 })))).toEqual(
      firstUpdates(sgd({ learningRate: 1 })),
    );
  });

  it('are refused where a parameter has none', () => {
    const groups = parameterGroups([{ parameters: (name) => name === 'first/bias', optimizer: adam() }]);
    expect(() => groups.slots(shapes)).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTIMIZER', message: expect.stringContaining("'first/weights'") }),
    );
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
    ['adamW, weightDecay −1', () => adamW({ weightDecay: -1 })],
    ['adamW, beta1 1', () => adamW({ beta1: 1 })],
    ['rmsprop, decay 1', () => rmsprop({ decay: 1 })],
    ['rmsprop, epsilon 0', () => rmsprop({ epsilon: 0 })],
    ['rmsprop, momentum 2', () => rmsprop({ momentum: 2 })],
    ['lion, beta2 −1', () => lion({ beta2: -1 })],
    ['lion, weightDecay ∞', () => lion({ weightDecay: Number.POSITIVE_INFINITY })],
    ['clipByValue, limit 0', () => clipByValue(0)],
    ['clipByGlobalNorm, limit NaN', () => clipByGlobalNorm(Number.NaN)],
    ['movingAverage, decay 1', () => movingAverage({ decay: 1 })],
    ['chain, no links', () => chain()],
    ['chain, a filter after the optimizer', () => chain(adam(), clipByValue(1))],
    ['chain, two optimizers', () => chain(adam(), sgd())],
    ['chain, an average of gradients', () => chain(movingAverage(), adam())],
    ['chain, a filter and an average', () => chain(clipByValue(1), movingAverage())],
    ['chain, two averages', () => chain(adam(), movingAverage(), movingAverage({ decay: 0.5 }))],
    ['chain, a name', () => chain('adam' as never)],
    ['parameterGroups, none', () => parameterGroups([])],
    [
      'parameterGroups: group 1, a filter',
      () => parameterGroups([{ parameters: () => true, optimizer: clipByValue(1) }]),
    ],
    ['parameterGroups: group 1, no predicate', () => parameterGroups([{ optimizer: adam() } as never])],
  ] as const) {
    it(`refused: ${name}`, () =>
      expect(make).toThrow(
        expect.objectContaining({ code: 'VARDROP_OPTIMIZER', message: expect.stringContaining(name.split(',')[0]) }),
      ));
  }
});
