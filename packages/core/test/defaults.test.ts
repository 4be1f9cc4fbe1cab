import { describe, expect, it } from 'vitest';
import { trainingProgram } from '../src/extend.js';
import {
  adam,
  averagePooling2d,
  bernoulli,
  bernoulliLearned,
  categorical,
  constantSchedule,
  conv2d,
  type Divergence,
  dense,
  type Estimator,
  evaluateClassification,
  expectedCalibrationError,
  exponentialDecay,
  flatten,
  gaussian,
  gaussianDropout,
  gaussianPrior,
  initialState,
  type Layer,
  type Likelihood,
  localReparametrization,
  logUniformExact,
  mask,
  maxPooling2d,
  meanField,
  type NoiseModel,
  noNoise,
  type Optimizer,
  predict,
  prune,
  sequential,
  sgd,
  sparseVariational,
  sparsity,
  variationalDropout,
} from '../src/index.js';
import { print } from '../src/program/index.js';
import * as random from '../src/random/index.js';
import { createReferenceBackend } from '../src/reference/index.js';

/** All that training sees of a network: its step, and where its parameters start. */
function trained(parts: {
  readonly layer?: Layer;
  readonly noise?: NoiseModel;
  readonly estimator?: Estimator;
  readonly divergence?: Divergence | null;
  readonly likelihood?: Likelihood;
  readonly optimizer?: Optimizer;
}) {
  const { layer = flatten(), likelihood = categorical(), optimizer = adam(), ...options } = parts;
  const model = sequential({
    input: [6, 5, 2],
    ...options,
    layers: [layer, flatten({ name: 'flat' }), dense({ units: 3 })],
  });
  return {
    step: print(trainingProgram(model, optimizer)),
    parameters: [...model.parameters, ...likelihood.parameters(model.outputShape)],
    scalars: [1, 2, 50].map((step) => optimizer.scalars(step, 1)),
  };
}

const dense3 = { units: 3 };

describe('what is left out', () => {
  const noises: readonly [string, NoiseModel, NoiseModel][] = [
    ['sparseVariational', sparseVariational(), sparseVariational({ logVariance: -10 })],
    ['meanField', meanField(), meanField({ logVariance: -10 })],
    ['gaussianDropout A', gaussianDropout({ type: 'A' }), gaussianDropout({ type: 'A', rate: 0.5 })],
    ['gaussianDropout B', gaussianDropout({ type: 'B' }), gaussianDropout({ type: 'B', rate: 0.5 })],
    ['bernoulli', bernoulli(), bernoulli({ rate: 0.5 })],
    ['bernoulliLearned', bernoulliLearned(), bernoulliLearned({ rates: 'layer', rate: 0.1, temperature: 0.1 })],
    [
      'variationalDropout A',
      variationalDropout({ type: 'A' }),
      variationalDropout({ type: 'A', alpha: 'layer', rate: 0.2 }),
    ],
    [
      'variationalDropout B',
      variationalDropout({ type: 'B' }),
      variationalDropout({ type: 'B', alpha: 'layer', rate: 0.2 }),
    ],
  ];
  it.each(noises)('of %s is as documented', (_, short, long) => {
    expect(trained({ noise: short })).toEqual(trained({ noise: long }));
    expect(trained({ noise: short, estimator: localReparametrization() })).toEqual(trained({ noise: long }));
  });

  const convolution = { filters: 2, size: 2 } as const;
  const parts: readonly [string, Parameters<typeof trained>[0], Parameters<typeof trained>[0]][] = [
    ['noise of a model', {}, { noise: noNoise() }],
    [
      'divergence of noise with an α',
      { noise: sparseVariational() },
      { noise: sparseVariational(), divergence: logUniformExact() },
    ],
    [
      'divergence of mean-field weights',
      { noise: meanField() },
      { noise: meanField(), divergence: gaussianPrior({ sigma: 1 }) },
    ],
    [
      'gaussian',
      { noise: meanField(), divergence: gaussianPrior() },
      { noise: meanField(), divergence: gaussianPrior({ sigma: 1 }) },
    ],
    ['gaussian', { likelihood: gaussian() }, { likelihood: gaussian({ logVariance: 0 }) }],
    [
      'adam',
      { optimizer: adam() },
      { optimizer: adam({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }) },
    ],
    ['sgd', { optimizer: sgd() }, { optimizer: sgd({ learningRate: 0.01, momentum: 0, nesterov: false }) }],
    [
      'maxPooling2d',
      { layer: maxPooling2d() },
      { layer: maxPooling2d({ size: [2, 2], strides: [2, 2], padding: 'valid' }) },
    ],
    [
      'strides of pooling',
      { layer: averagePooling2d({ size: [3, 2] }) },
      { layer: averagePooling2d({ size: [3, 2], strides: [3, 2], padding: 'valid' }) },
    ],
    [
      'conv2d',
      { layer: conv2d(convolution) },
      {
        layer: conv2d({
          ...convolution,
          strides: 1,
          padding: 'valid',
          activation: 'linear',
          bias: true,
          initializer: 'glorot',
        }),
      },
    ],
    [
      'initializer for a ReLU',
      { layer: conv2d({ ...convolution, activation: 'relu' }) },
      { layer: conv2d({ ...convolution, activation: 'relu', initializer: 'he' }) },
    ],
  ];
  it.each(parts)('of %s is as documented', (_, short, long) => {
    expect(trained(short)).toEqual(trained(long));
  });

  it('of initializers has the published variances, windows counted', () => {
    const start = (layer: Layer) =>
      layer.build('layer', [[6, 5, 3]], { noise: noNoise(), estimator: localReparametrization(), divergence: null })
        .parameters[0].initialize;
    expect(start(conv2d({ filters: 7, size: [2, 4], initializer: 'he' }))).toEqual({
      kind: 'normal',
      deviation: Math.sqrt(2 / 24),
    });
    expect(start(conv2d({ filters: 7, size: [2, 4] }))).toEqual({ kind: 'uniform', limit: Math.sqrt(6 / (24 + 56)) });
  });

  it('of pruning and prediction is as documented', async () => {
    const model = sequential({
      input: [4],
      noise: sparseVariational(),
      layers: [dense({ units: 5, activation: 'relu' }), dense(dense3)],
    });
    expect(model.likelihood.recipe).toEqual(categorical().recipe);
    const { parameters } = initialState(model, adam(), 1);
    const spread = random.normal(random.key(2), 20);
    parameters['dense1/logVariance'].data.set(
      spread.map((z, i) => Math.log(parameters['dense1/weights'].data[i] ** 2) + 3 + z),
    );
    expect(prune(model, parameters).report).toEqual(prune(model, parameters, { threshold: 3, preserve: 'law' }).report);
    expect(mask(model, parameters)).toEqual(mask(model, parameters, { threshold: 3 }));
    expect(sparsity(model, parameters)).toEqual(sparsity(model, parameters, { threshold: 3 }));
    expect(sparsity(model, parameters).layers.dense1.pruned).toBe(spread.filter((z) => z >= 0).length);
    const options = { backend: createReferenceBackend(), parameters, inputs: random.normal(random.key(1), 12) };
    const short = await predict(model, options);
    expect(short).toEqual(
      await predict(model, {
        ...options,
        mode: 'sample',
        samples: 32,
        seed: 0,
        batch: 1000,
      }),
    );
    const labels = [0, 1, 2];
    expect(expectedCalibrationError(short.probabilities, labels, { classes: 3 })).toEqual(
      expectedCalibrationError(short.probabilities, labels, { classes: 3, bins: 15 }),
    );
    expect(evaluateClassification(short, labels).reliability).toHaveLength(15);
    expect(exponentialDecay(0.3)({ epoch: 2.5, step: 0 })).toBe(exponentialDecay(0.3, 1)({ epoch: 2.5, step: 0 }));
    expect(constantSchedule()({ epoch: 1, step: 0 })).toBe(1);
  });
});
