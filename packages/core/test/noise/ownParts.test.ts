import { describe, expect, it } from 'vitest';
import type { Divergence } from '../../src/divergences/index.js';
import type { Estimator } from '../../src/estimators/index.js';
import { dense, type LayerDefinition, sequential } from '../../src/layers/index.js';
import type { Likelihood } from '../../src/likelihoods/index.js';
import { fit } from '../../src/network/index.js';
import type { InputNoise, WeightNoise } from '../../src/noise/index.js';
import { type Optimizer, sgd } from '../../src/optimizers/index.js';
import { key, normal, uniform } from '../../src/random/index.js';
import { divergences, forward } from '../layers/forward.js';
import { blobs, float32Backend } from '../training/helpers.js';

/** Weights that are uniform about their mean, of a learned half-width: nothing of it is in the library. */
const uniformWeights: WeightNoise = {
  name: 'own-uniform',
  acts: 'weights',
  symmetric: true,
  learns: 'gaussian',
  parameters: (weights) => [{ name: 'width', shape: weights, initialize: { kind: 'constant', value: 0.1 } }],
  moments: (b, { weights: mean, width }) => ({
    mean,
    variance: b.mul(1 / 3, b.square(width)),
    deviation: b.mul(1 / Math.sqrt(3), width),
  }),
  sample: (b, { weights: mean, width }, draw, leading) =>
    b.add(mean, b.mul(width, b.sub(b.mul(2, draw('uniform', 'position', [...leading, ...mean.shape])), 1))),
  posterior: (b, { weights: mean, width }) => ({ kind: 'gaussian', mean, logVariance: b.log(b.square(width)) }),
};

/** One sample, used with both signs: each half of a pair of forward passes in one. */
const antithetic: Estimator = {
  name: 'own-antithetic',
  refuses: (noise) => (noise.acts === 'weights' ? undefined : 'it needs weight noise'),
  apply({ builder: b, linear, noise, x, parameters, draw }) {
    if (noise.acts !== 'weights') return linear.apply(b, x, parameters.weights);
    const { mean, deviation } = noise.moments(b, parameters);
    const shift = b.mul(deviation, draw('normal', 'shift', mean.shape));
    const sum = b.add(linear.apply(b, x, b.add(mean, shift)), linear.apply(b, x, b.sub(mean, shift)));
    return b.mul(0.5, sum);
  },
};

/** The squared distance to the origin: a prior that only knows means. */
const squares: Divergence = {
  name: 'own-squares',
  refuses: () => undefined,
  kl: (b, posterior) => {
    if (posterior.kind !== 'gaussian') throw new Error('unexpected posterior');
    return b.reduceSum(b.square(posterior.mean));
  },
};

/** Doubles its inputs, after a learned shift. */
const shiftAndDouble: LayerDefinition = {
  kind: 'shift',
  build: (name, [inputShape]) => ({
    name,
    kind: 'shift',
    inputShapes: [inputShape],
    outputShape: inputShape,
    parameters: [{ name: 'shift', shape: inputShape, initialize: { kind: 'constant', value: 0.25 } }],
    apply: (b, [x], { shift }) => b.mul(2, b.add(x, shift)),
  }),
};

const weights = [1, 2, 3, 4, 5, 6];
const parameters = { 'dense1/weights': weights, 'dense1/width': [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 'dense1/bias': [0, 0] };

describe('a user’s own', () => {
  it('noise model is sampled in its own way, and by its moments', () => {
    const of = (estimator?: Estimator) =>
      sequential({ input: [3], noise: uniformWeights, estimator, layers: [dense({ units: 2 })] });
    const x = [1, -1, 2];
    const position = uniform(key(1), 6);
    const single: Estimator = {
      name: 'own-single',
      refuses: () => undefined,
      apply: ({ builder: b, linear, noise, x: input, parameters: values, draw }) =>
        linear.apply(b, input, (noise as WeightNoise).sample!(b, values, draw, [])),
    };
    const sampled = forward(of(single), x, parameters, { mode: 'sample', words: { 'dense1/position': key(1) } });
    const expected = [0, 1].map((j) =>
      x.reduce(
        (sum, a, i) => sum + a * (weights[2 * i + j] + 0.1 * (2 * i + j + 1) * (2 * position[2 * i + j] - 1)),
        0,
      ),
    );
    sampled.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[j], 12);
    });
    const local = forward(of(), x, parameters, { mode: 'sample', words: { 'dense1/zeta': key(2) } });
    const zeta = normal(key(2), 2);
    local.forEach((value, j) => {
      const gamma = x.reduce((sum, a, i) => sum + a * weights[2 * i + j], 0);
      const delta = x.reduce((sum, a, i) => sum + (a * 0.1 * (2 * i + j + 1)) ** 2 / 3, 0);
      expect(value).toBeCloseTo(gamma + Math.sqrt(delta) * zeta[j], 12);
    });
  });

  it('estimator is asked whether it fits, and used', () => {
    const model = sequential({
      input: [3],
      noise: uniformWeights,
      estimator: antithetic,
      layers: [dense({ units: 2 })],
    });
    const x = [1, -1, 2];
    const noisy = forward(model, x, parameters, { mode: 'sample' });
    forward(model, x, parameters).forEach((value, j) => {
      expect(noisy[j]).toBeCloseTo(value, 12);
    });
    const inputNoise: InputNoise = {
      name: 'own-inputs',
      acts: 'inputs',
      parameters: () => [],
      scale: (b, _, __, shape) =>
        b.constant(
          1,
          shape.map(() => 1),
        ),
    };
    expect(() =>
      sequential({ input: [3], noise: inputNoise, estimator: antithetic, layers: [dense({ units: 2 })] }),
    ).toThrow(
      expect.objectContaining({
        code: 'VARDROP_COMBINATION',
        message:
          "[dense1] noise 'own-inputs' with estimator 'own-antithetic': it needs weight noise. Change one of the two; docs/combinations.md lists what goes together.",
      }),
    );
  });

  it('divergence is handed the posterior', () => {
    const model = sequential({ input: [3], noise: uniformWeights, divergence: squares, layers: [dense({ units: 2 })] });
    expect(divergences(model, parameters)).toEqual({ dense1: weights.reduce((sum, w) => sum + w * w, 0) });
  });

  it('layer has its parameters under its name', () => {
    const model = sequential({ input: [2], layers: [shiftAndDouble, { ...shiftAndDouble }] });
    expect(model.parameters.map(({ name }) => name)).toEqual(['shift1/shift', 'shift2/shift']);
    expect(forward(model, [1, 2], { 'shift1/shift': [1, 1], 'shift2/shift': [0, -1] })).toEqual([8, 10]);
  });

  it('parts are trained together, with an own likelihood and an own optimizer', async () => {
    /** |y − output| + log 2: the Laplace distribution of scale 1. */
    const laplace: Likelihood<'values'> = {
      name: 'own-laplace',
      targets: 'values',
      targetShape: (outputShape) => outputShape,
      parameters: () => [],
      // Twice the squared scale.
      predictive: (b, output) => ({ kind: 'values', mean: output, variance: b.constant(2) }),
      negativeLogLikelihood: (b, output, target) => b.add(b.reduceSum(b.abs(b.sub(target, output)), [1]), Math.log(2)),
    };
    /** Remembers the last gradient, and never reads it: a slot that is only written. */
    const remembering: Optimizer = {
      ...sgd({ learningRate: 0.05 }),
      name: 'own-sgd',
      slots: (parameters) => parameters.map(({ name, shape }) => ({ name: `lastGradient:${name}`, shape })),
      update: (b, step) => ({
        ...sgd().update(b, step),
        slots: Object.fromEntries(
          Object.entries(step.updates).map(([name, gradient]) => [`lastGradient:${name}`, gradient]),
        ),
      }),
    };
    const model = sequential({
      input: [2],
      noise: uniformWeights,
      divergence: squares,
      likelihood: laplace,
      layers: [shiftAndDouble, dense({ units: 3, activation: 'tanh', estimator: antithetic }), dense({ units: 1 })],
    });
    const { inputs } = blobs(40);
    const targets = Array.from({ length: 40 }, (_, i) => inputs[2 * i] - 0.5 * inputs[2 * i + 1] + 3);
    const backend = float32Backend();
    const { history, state } = await fit(model, {
      backend,
      data: { inputs, targets },
      optimizer: remembering,
      epochs: 30,
      batch: 10,
      klWeight: 0.1,
    });
    expect(history[29].dataTerm).toBeLessThan(0.5 * history[0].dataTerm);
    // The KL that is reported is that of the parameters before the last step, which moves them little.
    const own = Object.fromEntries(Object.entries(state.parameters).map(([name, { data }]) => [name, data]));
    const kl = Object.values(divergences(model, own)).reduce((sum, value) => sum + value, 0);
    expect(Math.abs(kl / history[29].kl - 1)).toBeLessThan(0.1);
    expect(state.optimizer.name).toBe('own-sgd');
    expect(state.optimizer.slots['lastGradient:dense2/bias'].data[0]).not.toBe(0);
    expect(state.parameters['shift1/shift'].data).not.toEqual(Float32Array.of(0.25, 0.25));
    expect(backend.liveTensors()).toBe(0);
  });
});
