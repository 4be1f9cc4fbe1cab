import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Estimator } from '../../src/estimators/estimator.js';
import {
  dense,
  flipout,
  input,
  localReparametrization,
  model,
  type NoiseModel,
  type SharedNoise,
  separateSamples,
  singleSample,
  sparseVariational,
  variationalDropout,
} from '../../src/index.js';
import { hostNoise } from '../../src/program/hostNoise.js';
import { bindBatch, createBuilder, elementCount } from '../../src/program/index.js';
import { foldIn, key, normal, uniform } from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';
import { divergences } from '../layers/forward.js';

const [columns, units, rows] = [3, 2, 2];

/** One layer on two inputs. */
function siamese(noise: NoiseModel, estimator: Estimator, sharedNoise: SharedNoise) {
  const [x, y] = [input({ shape: [columns] }), input({ shape: [columns] })];
  const shared = dense({ units, noise, estimator, sharedNoise, name: 'shared' });
  return model({ inputs: [x, y], outputs: { a: shared(x), b: shared(y) } });
}

/** Numbers of the model's parameters that are neither equal nor 0. */
function valuesOf(made: ReturnType<typeof siamese>, seed: number): Record<string, Float32Array> {
  return Object.fromEntries(
    made.parameters.map(({ name, shape }, i) => [name, normal(foldIn(key(seed), i), elementCount(shape))]),
  );
}

/**
 * The covariances of the outputs `a` `[rows, units]` with the outputs `b`, exact for outputs that are linear in their normal noise.
 * They are sums over the noise of products of derivatives. Signs are drawn once.
 */
function covariances(made: ReturnType<typeof siamese>, values: Record<string, ArrayLike<number>>, seed: number) {
  const b = createBuilder('siamese');
  const parameters = Object.fromEntries(made.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  const inputs = Object.fromEntries(made.inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape])]));
  const { outputs } = made.forward(b, inputs, parameters, 'sample');
  b.output('a', outputs.a);
  b.output('b', outputs.b);
  const { program, noises } = hostNoise(bindBatch(b.build(), rows));
  const base: Record<string, Float32Array> = Object.fromEntries(
    noises.map(({ input: name, distribution, shape }, i) => [
      name,
      distribution === 'normal'
        ? new Float32Array(elementCount(shape))
        : uniform(foldIn(key(seed), i), elementCount(shape)),
    ]),
  );
  const known = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const at = (noise: Record<string, Float32Array>) => {
    const given = Object.entries({ ...values, ...noise }).filter(([name]) => known.has(name));
    return evaluate(program, { inputs: Object.fromEntries(given) });
  };
  const center = at(base);
  const sums = Array.from({ length: rows * units }, () => new Array<number>(rows * units).fill(0));
  for (const { input: name, distribution } of noises) {
    if (distribution !== 'normal') continue;
    for (let i = 0; i < base[name].length; i++) {
      const moved = at({ ...base, [name]: base[name].map((_, j) => (j === i ? 1 : 0)) });
      const change = (output: 'a' | 'b') => moved[output].map((value, j) => value - center[output][j]);
      const [ofA, ofB] = [change('a'), change('b')];
      for (const [j, row] of sums.entries()) for (let k = 0; k < row.length; k++) row[k] += ofA[j] * ofB[k];
    }
  }
  return sums;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Noise models with the covariance of the weights `i, j` and `i, k` of one sample, of the values of their parameters. */
const noises = {
  sparse: {
    noise: sparseVariational(),
    covariance: (values: Record<string, Float32Array>, i: number, j: number, k: number) =>
      j === k ? Math.exp(values['shared/logVariance'][i * units + j]) : 0,
  },
  'variational, type B': {
    noise: variationalDropout({ type: 'B', alpha: 'output' }),
    covariance: (values: Record<string, Float32Array>, i: number, j: number, k: number) =>
      j === k ? sigmoid(values['shared/rho'][j]) * values['shared/weights'][i * units + j] ** 2 : 0,
  },
  'variational, type A': {
    noise: variationalDropout({ type: 'A', alpha: 'input' }),
    // One factor for all weights of an input.
    covariance: (values: Record<string, Float32Array>, i: number, j: number, k: number) =>
      sigmoid(values['shared/rho'][i]) *
      values['shared/weights'][i * units + j] *
      values['shared/weights'][i * units + k],
  },
} as const;

const onWeights = { single: singleSample(), separate: separateSamples(), flipout: flipout() };
const cases: readonly (readonly [keyof typeof noises, string, Estimator])[] = [
  ...(['sparse', 'variational, type B'] as const).flatMap((noise) =>
    Object.entries(onWeights).map(([name, estimator]) => [noise, name, estimator] as const),
  ),
  ['variational, type A', 'separate', separateSamples()],
  ['variational, type A', 'local', localReparametrization()],
];

describe('a layer that two inputs share', () => {
  it.each(cases)(
    'with noise drawn once has the joint law of one sample of its weights: %s, %s',
    (name, which, estimator) => {
      fc.assert(
        fc.property(fc.nat(9999), (seed) => {
          const { noise, covariance } = noises[name];
          const made = siamese(noise, estimator, 'once');
          const values = valuesOf(made, seed);
          const [x1, x2] = [normal(key(seed + 1), rows * columns), normal(key(seed + 2), rows * columns)];
          const found = covariances(made, { ...values, x1, x2 }, seed);
          for (let first = 0; first < rows; first++) {
            for (let second = 0; second < rows; second++) {
              // Signs make rows uncorrelated over their draws, but not under given signs.
              if (first !== second && which === 'flipout') continue;
              const oneSample = first === second || which === 'single';
              for (let j = 0; j < units; j++) {
                for (let k = 0; k < units; k++) {
                  let wanted = 0;
                  for (let i = 0; i < columns && oneSample; i++) {
                    wanted += x1[first * columns + i] * x2[second * columns + i] * covariance(values, i, j, k);
                  }
                  expect(found[first * units + j][second * units + k]).toBeCloseTo(wanted, 10);
                }
              }
            }
          }
        }),
        { numRuns: 10 },
      );
    },
  );

  it.each(cases)('with noise drawn anew has independent outputs: %s, %s', (name, _which, estimator) => {
    fc.assert(
      fc.property(fc.nat(9999), (seed) => {
        const made = siamese(noises[name].noise, estimator, 'anew');
        const [x1, x2] = [normal(key(seed + 1), rows * columns), normal(key(seed + 2), rows * columns)];
        const found = covariances(made, { ...valuesOf(made, seed), x1, x2 }, seed);
        expect(found.flat().every((value) => value === 0)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it.each(cases)('has its parameters and its KL once: %s, %s', (name, _which, estimator) => {
    const made = siamese(noises[name].noise, estimator, 'anew');
    const values = valuesOf(made, 7);
    const x = input({ shape: [columns] });
    const alone = model({
      inputs: x,
      outputs: dense({ units, noise: noises[name].noise, estimator, name: 'shared' })(x),
    });
    expect(made.parameters).toEqual(alone.parameters);
    expect(Object.keys(divergences(alone, values))).toEqual(['shared']);
    expect(divergences(made, values)).toEqual(divergences(alone, values));
  });

  it('cannot draw the noise of pre-activations once for weights', () => {
    expect(() => siamese(sparseVariational(), localReparametrization(), 'once')).toThrow(
      expect.objectContaining({ code: 'VARDROP_COMBINATION', message: expect.stringContaining("sharedNoise 'once'") }),
    );
  });

  it('cannot draw noise once for inputs of other shapes', () => {
    const [x, y] = [input({ shape: [2, columns] }), input({ shape: [columns] })];
    const shared = dense({ units, noise: variationalDropout({ type: 'A', alpha: 'input' }), sharedNoise: 'once' });
    const made = model({ inputs: [x, y], outputs: { a: shared(x), b: shared(y) } });
    const b = createBuilder('test');
    const parameters = Object.fromEntries(made.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
    const inputs = { x1: b.input('x1', ['batch', 2, columns]), x2: b.input('x2', ['batch', columns]) };
    expect(() => made.forward(b, inputs, parameters, 'sample')).toThrow(
      expect.objectContaining({
        code: 'VARDROP_SHAPE',
        message: expect.stringContaining("Write sharedNoise: 'anew'."),
      }),
    );
  });
});
