import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
  evaluateClassification,
  exponentialDecay,
  type FitOptions,
  fit,
  flatten,
  gaussian,
  gaussianDropout,
  gaussianLikelihood,
  initialState,
  type Layer,
  type Likelihood,
  local,
  type Model,
  mask,
  maxPooling2d,
  meanField,
  type NoiseModel,
  none,
  type Optimizer,
  predict,
  prune,
  random,
  type Schedule,
  sequential,
  sgd,
  single,
  sparseVariational,
  sparsity,
  trainingProgram,
  variationalDropout,
} from '../src/index.js';
import { patterned, patternedInputs, reference } from './prediction/helpers.js';
import { bitsOf, blobs, float32Backend, smallModel } from './training/helpers.js';

/** Everything that training follows from: the step's program, its scalars, and the start. */
function training(model: Model, likelihood: Likelihood, optimizer: Optimizer) {
  return {
    program: trainingProgram(model, likelihood, optimizer),
    scalars: [1, 2, 7].map((step) => optimizer.scalars(step, optimizer.learningRate)),
    start: bitsOf(initialState(model, likelihood, optimizer, 1)),
  };
}

const plain = (model: Model) => training(model, categorical(), sgd());
type Sizes = { readonly inputs: number; readonly units: number };
const withNoise = (noise: NoiseModel, divergence?: Divergence) => (sizes: Sizes) =>
  plain(network({ noise, divergence })(sizes));
const network =
  (options: Partial<Parameters<typeof sequential>[0]>) =>
  ({ inputs, units }: Sizes) =>
    sequential({ input: [inputs], layers: [dense({ units, activation: 'tanh' }), dense({ units: 3 })], ...options });
const withLayers =
  (...layers: readonly Layer[]) =>
  (sizes: Sizes) =>
    plain(
      sequential({
        input: [sizes.inputs + 3, sizes.units + 4, 2],
        layers: [...layers, flatten(), dense({ units: 2 })],
      }),
    );
const withOptimizer = (optimizer: Optimizer) => (sizes: Sizes) =>
  training(network({ noise: sparseVariational() })(sizes), categorical(), optimizer);
const withLikelihood = (likelihood: Likelihood) => (sizes: Sizes) => training(network({})(sizes), likelihood, sgd());
const factors = (schedule: Schedule) => () => [0, 1.5].map((epoch) => schedule({ epoch, step: 3 }));

/** What is left out, written out, and each of its values as another one: `[left out, written out, …others]`. */
const cases: Readonly<Record<string, readonly ((sizes: Sizes) => unknown)[]>> = {
  bernoulli: [bernoulli(), bernoulli({ rate: 0.5 }), bernoulli({ rate: 0.4 })].map((noise) => withNoise(noise)),
  gaussianDropout: [
    gaussianDropout(),
    gaussianDropout({ type: 'B', rate: 0.5 }),
    gaussianDropout({ type: 'A' }),
    gaussianDropout({ rate: 0.4 }),
  ].map((noise) => withNoise(noise)),
  variationalDropout: [
    variationalDropout(),
    variationalDropout({ type: 'B', alpha: 'layer', rate: 0.2 }),
    variationalDropout({ type: 'A' }),
    variationalDropout({ alpha: 'network' }),
    variationalDropout({ rate: 0.3 }),
  ].map((noise) => withNoise(noise)),
  bernoulliLearned: [
    bernoulliLearned(),
    bernoulliLearned({ rates: 'layer', rate: 0.1, temperature: 0.1 }),
    bernoulliLearned({ rates: 'input' }),
    bernoulliLearned({ rate: 0.2 }),
    bernoulliLearned({ temperature: 0.2 }),
  ].map((noise) => withNoise(noise)),
  sparseVariational: [{}, { logVariance: -10 }, { logVariance: -9 }].map((options) =>
    withNoise(sparseVariational(options)),
  ),
  meanField: [{}, { logVariance: -10 }, { logVariance: -9 }].map((options) => withNoise(meanField(options))),
  gaussian: [{}, { sigma: 1 }, { sigma: 2 }].map((options) => withNoise(meanField(), gaussian(options))),
  adam: [
    adam(),
    adam({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
    adam({ learningRate: 0.002 }),
    adam({ beta1: 0.8 }),
    adam({ beta2: 0.99 }),
    adam({ epsilon: 1e-7 }),
  ].map(withOptimizer),
  sgd: [
    sgd(),
    sgd({ learningRate: 0.01, momentum: 0, nesterov: false }),
    sgd({ learningRate: 0.02 }),
    sgd({ momentum: 0.5 }),
  ].map(withOptimizer),
  'sgd with momentum': [
    sgd({ momentum: 0.5 }),
    sgd({ momentum: 0.5, nesterov: false }),
    sgd({ momentum: 0.5, nesterov: true }),
  ].map(withOptimizer),
  gaussianLikelihood: [{}, { logVariance: 0 }, { logVariance: 1 }].map((options) =>
    withLikelihood(gaussianLikelihood(options)),
  ),
  dense: [
    {},
    { activation: 'linear' as const, bias: true, initializer: 'glorot' as const },
    { activation: 'tanh' as const },
    { bias: false },
    { initializer: 'he' as const },
  ].map((options) => withLayers(flatten({ name: 'flat' }), dense({ units: 5, ...options }))),
  'dense with a ReLU': [{}, { initializer: 'he' as const }, { initializer: 'glorot' as const }].map((options) =>
    withLayers(flatten({ name: 'flat' }), dense({ units: 5, activation: 'relu', ...options })),
  ),
  conv2d: [
    {},
    {
      strides: 1,
      padding: 'valid' as const,
      activation: 'linear' as const,
      bias: true,
      initializer: 'glorot' as const,
    },
    { strides: 2 },
    { padding: 'same' as const },
    { bias: false },
    { initializer: 'he' as const },
  ].map((options) => withLayers(conv2d({ filters: 3, size: 2, ...options }))),
  maxPooling2d: [{}, { size: 2, strides: 2, padding: 'valid' as const }, { size: 3 }, { strides: 1 }].map((options) =>
    withLayers(maxPooling2d(options)),
  ),
  averagePooling2d: [{}, { size: 2, strides: 2, padding: 'valid' as const }, { size: 3 }, { strides: 1 }].map(
    (options) => withLayers(averagePooling2d(options)),
  ),
  'maxPooling2d, padding': [{}, { padding: 'valid' as const }, { padding: 'same' as const }].map((options) =>
    withLayers(maxPooling2d({ size: 3, strides: 2, ...options })),
  ),
  'averagePooling2d, padding': [{}, { padding: 'valid' as const }, { padding: 'same' as const }].map((options) =>
    withLayers(averagePooling2d({ size: 3, strides: 2, ...options })),
  ),
  sequential: [{}, { noise: none(), estimator: local() }, { noise: bernoulli() }].map(
    (options) => (sizes: Sizes) => plain(network(options)(sizes)),
  ),
  'the estimator of a model': [{}, { estimator: local() }, { estimator: single() }].map(
    (options) => (sizes: Sizes) => plain(network({ noise: sparseVariational(), ...options })(sizes)),
  ),
  constantSchedule: [constantSchedule(), constantSchedule(1), constantSchedule(2)].map(factors),
  exponentialDecay: [exponentialDecay(0.5), exponentialDecay(0.5, 1), exponentialDecay(0.5, 2)].map(factors),
};

describe('what is left out is what is written out', () => {
  for (const [name, [leftOut, writtenOut, ...others]] of Object.entries(cases)) {
    it(name, () => {
      fc.assert(
        fc.property(
          fc.record({ inputs: fc.integer({ min: 2, max: 5 }), units: fc.integer({ min: 2, max: 5 }) }),
          (sizes) => {
            const expected = writtenOut(sizes);
            expect(leftOut(sizes)).toEqual(expected);
            for (const other of others) expect(other(sizes)).not.toEqual(expected);
          },
        ),
        { numRuns: 3 },
      );
    });
  }
});

describe('options of', () => {
  const model = smallModel();
  const train = async (options: Partial<FitOptions>) => {
    const { state, history } = await fit(model, {
      backend: float32Backend(),
      data: blobs(103),
      validation: blobs(9, 2),
      ...options,
    });
    return { state: bitsOf(state), history: history.map(({ seconds: _, ...record }) => record) };
  };
  const written: Partial<FitOptions> = {
    likelihood: categorical(),
    optimizer: adam(),
    learningRateFactor: () => 1,
    klWeight: 1,
    epochs: 10,
    batch: 100,
    seed: 0,
  };

  it('fit', async () => {
    const expected = await train(written);
    expect(await train({})).toEqual(expected);
    for (const other of [{ epochs: 11 }, { batch: 99 }, { seed: 1 }, { klWeight: 0.5 }, { optimizer: sgd() }]) {
      expect(await train({ ...written, ...other }), JSON.stringify(other)).not.toEqual(expected);
    }
  });

  it('fit, with a smallest improvement', async () => {
    const options = { ...written, optimizer: sgd({ learningRate: 1e-6 }), epochs: 6, validation: blobs(9, 2) };
    const [leftOut, zero] = [{ patience: 2 }, { patience: 2, minimumDelta: 0 }];
    expect(await train({ ...options, earlyStopping: leftOut })).toEqual(
      await train({ ...options, earlyStopping: zero }),
    );
    const more = await train({ ...options, earlyStopping: { patience: 2, minimumDelta: 1e-3 } });
    expect(more.history).toHaveLength(3);
  });

  it('klWeight: a number is that number from a schedule, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 3, noNaN: true }), fc.nat({ max: 999 }), async (weight, seed) => {
        const options = { batch: 40, epochs: 2, seed };
        expect(await train({ ...options, klWeight: weight })).toEqual(
          await train({ ...options, klWeight: () => weight }),
        );
      }),
      { numRuns: 3 },
    );
  });

  it('predict', async () => {
    const likelihood = categorical();
    const parameters = patterned(model, likelihood);
    const common = { backend: reference(), parameters, inputs: patternedInputs(7, 2) };
    const expected = await predict(model, { ...common, likelihood, samples: 32, mode: 'sample', batch: 1000, seed: 0 });
    expect(await predict(model, common)).toEqual(expected);
    for (const other of [{ samples: 31 }, { seed: 1 }, { mode: 'mean' as const }]) {
      expect(await predict(model, { ...common, ...other })).not.toEqual(expected);
    }
  });

  it('pruning', async () => {
    const start = initialState(model, categorical(), sgd(), 0).parameters;
    const logVariance = (threshold: number) => {
      // log α of half of the weights is a little below the threshold, of the others a little above.
      const { shape, data } = start['dense1/weights'];
      const spread = data.map((w, i) => Math.log(w * w) + threshold + (i % 2 ? 0.01 : -0.01));
      return { ...start, 'dense1/logVariance': { shape, data: Float32Array.from(spread) } };
    };
    const parameters = logVariance(3);
    const pruned: typeof mask = (...given) => prune(...given).parameters;
    for (const call of [sparsity, mask, pruned]) {
      expect(call(model, parameters, {})).toEqual(call(model, parameters, { threshold: 3 }));
      expect(call(model, parameters, {})).not.toEqual(call(model, parameters, { threshold: 2.9 }));
      expect(call(model, parameters, {})).not.toEqual(call(model, parameters, { threshold: 3.1 }));
    }
  });

  it('calibration', async () => {
    const uniform = random.uniform(random.key(3), 400);
    const probabilities = Float32Array.from({ length: 800 }, (_, i) => (i % 2 ? 1 - uniform[i >> 1] : uniform[i >> 1]));
    const prediction = {
      kind: 'classification' as const,
      rows: 400,
      classes: 2,
      samples: 0,
      probabilities,
      labels: Int32Array.from(uniform, (p) => (p >= 0.5 ? 0 : 1)),
      entropy: new Float64Array(400),
      mutualInformation: new Float64Array(400),
    };
    const labels = Array.from(uniform, (_, i) => i % 2);
    expect(evaluateClassification(prediction, labels)).toEqual(
      evaluateClassification(prediction, labels, { bins: 15 }),
    );
    expect(evaluateClassification(prediction, labels, { bins: 14 }).ece).not.toBe(
      evaluateClassification(prediction, labels).ece,
    );
  });
});
