import { describe, expect, it } from 'vitest';
import {
  activation,
  adam,
  bernoulli,
  bernoulliLearned,
  dense,
  evaluateClassification,
  evaluateRegression,
  type FitOptions,
  fit,
  gaussian,
  gaussianDropout,
  localReparametrization,
  logUniformExact,
  meanField,
  predict,
  type SequentialOptions,
  sequential,
  sparseVariational,
  variationalDropout,
  warmUp,
} from '../../src/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';

/** The type of a call as JavaScript has it: anything goes. */
const loose = (call: unknown) => call as (...values: readonly unknown[]) => unknown;
const layers = [dense({ units: 4, activation: 'relu' }), dense({ units: 2 })];
const model = (options: object) => sequential({ input: [2], layers, ...options } as SequentialOptions);
const backend = createReferenceBackend();
const inputs = Float32Array.of(0, 1, 1, 0);
const data = { inputs, targets: [0, 1] };
/** A tensor of a framework, as far as anybody sees it from outside. */
const tensor = { shape: [2, 2], dtype: 'float32' };
const train = (options: object) => fit(model({}), { backend, data, epochs: 1, ...options } as FitOptions);

describe('arguments that a compiler would refuse', () => {
  it.each([
    [
      'no such type',
      () => loose(variationalDropout)({ type: 'C' }),
      'VARDROP_NOISE_TYPE',
      /got 'C', needs one of A, B/,
    ],
    ['a type in lower case', () => loose(gaussianDropout)({ type: 'a' }), 'VARDROP_NOISE_TYPE', /got 'a'/],
    [
      'unknown rates',
      () => loose(bernoulliLearned)({ rates: 'unit' }),
      'VARDROP_ALPHA',
      /got 'unit', needs one of layer/,
    ],
    ['log σ² of NaN', () => sparseVariational({ logVariance: Number.NaN }), 'VARDROP_VARIANCE', /sparseVariational/],
    ['log σ² of ∞', () => meanField({ logVariance: Number.POSITIVE_INFINITY }), 'VARDROP_VARIANCE', /meanField/],
    [
      'log σ² of targets',
      () => gaussian({ logVariance: Number.NaN }),
      'VARDROP_VARIANCE',
      /\[gaussian\] logVariance: got NaN/,
    ],
    [
      'a likelihood not called',
      () => loose(sequential)({ input: [2], layers: [dense({ units: 2 })], likelihood: gaussian }),
      'VARDROP_OPTION',
      /\[sequential\] likelihood: got.*Call the function/,
    ],
    ['an activation', () => loose(activation)('swish'), 'VARDROP_LAYER', /got 'swish', needs one of linear/],
    [
      'an activation in an object',
      () => loose(activation)({ activation: 'relu' }),
      'VARDROP_LAYER',
      /got an object with activation, needs a name. Write activation\('relu'\)/,
    ],
    [
      'softmax',
      () => model({ layers: [loose(dense)({ units: 2, activation: 'softmax' })] }),
      'VARDROP_LAYER',
      /outputs are logits/,
    ],
    [
      'an initializer',
      () => model({ layers: [loose(dense)({ units: 2, initializer: 'xavier' })] }),
      'VARDROP_INITIALIZER',
      /got 'xavier', needs 'he'/,
    ],
    ['a noise by name', () => model({ noise: 'bernoulli' }), 'VARDROP_LAYER', /\[sequential\] noise: got 'bernoulli'/],
    ['a noise not called', () => model({ noise: bernoulli }), 'VARDROP_LAYER', /the function bernoulli.*Call the/],
    [
      'an estimator not called',
      () => model({ estimator: localReparametrization }),
      'VARDROP_LAYER',
      /the function local/,
    ],
    ['a divergence not called', () => model({ divergence: logUniformExact }), 'VARDROP_LAYER', /logUniformExact/],
    ['a layer by name', () => model({ layers: ['dense'] }), 'VARDROP_MODEL', /layers\[0\]: got 'dense'/],
    [
      'a bare learning rate',
      () => loose(adam)(0.01),
      'VARDROP_OPTION',
      /got 0\.01, needs an object.*\{ learningRate: 0\.01 \}/,
    ],
    ['a rate under another name', () => loose(adam)({ lr: 0.01 }), 'VARDROP_OPTION', /got 'lr'.*Write learningRate\./],
    ['bare units', () => loose(dense)(10), 'VARDROP_OPTION', /Write \{ units: 10 \}/],
    ['nothing', () => loose(dense)(), 'VARDROP_OPTION', /got nothing/],
    ['a probability', () => loose(bernoulli)({ p: 0.2 }), 'VARDROP_OPTION', /got 'p'.*Write rate\./],
    ['a bare rate', () => loose(bernoulli)(0.2), 'VARDROP_OPTION', /Write \{ rate: 0\.2 \}/],
    ['a rate of weights', () => loose(sparseVariational)({ rate: 0.2 }), 'VARDROP_OPTION', /Write logVariance/],
    [
      'an α that is fixed',
      () => loose(gaussianDropout)({ type: 'A', alpha: 1 }),
      'VARDROP_OPTION',
      /variationalDropout/,
    ],
    [
      'values to evaluate as classes',
      () => loose(evaluateClassification)({ kind: 'regression' }, [0]),
      'VARDROP_LIKELIHOOD',
      /got a regression.*Use evaluateRegression/,
    ],
    [
      'classes to evaluate as values',
      () => loose(evaluateRegression)({ kind: 'classification' }, [0]),
      'VARDROP_LIKELIHOOD',
      /got a classification/,
    ],
    ['a warm-up of no epochs', () => warmUp(0), 'VARDROP_SCHEDULE', /\[warmUp\] epochs: got 0/],
    ['no model', () => loose(sequential)(), 'VARDROP_OPTION', /\[sequential\] options: got nothing/],
    ['a number as input shape', () => model({ input: 2 }), 'VARDROP_MODEL', /got 2, needs the shape/],
  ])('refuses %s', (_, act, code, message) => {
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it.each([
    ['no data', { data: undefined }, 'VARDROP_TYPE', /got nothing, needs \{ inputs, targets \}/],
    ['no targets', { data: { inputs } }, 'VARDROP_TYPE', /got an object with inputs, needs \{ inputs, targets \}/],
    [
      'a tensor as data',
      { data: tensor },
      'VARDROP_TYPE',
      /got an object with shape, dtype, needs \{ inputs, targets \}/,
    ],
    [
      'a tensor as inputs',
      { data: { ...data, inputs: tensor } },
      'VARDROP_TYPE',
      /got an object with shape.*await tensor/,
    ],
    [
      'rows of other lengths',
      { data: { ...data, inputs: [[0, 1], [1]] } },
      'VARDROP_SHAPE',
      /got 1 numbers in row 1, needs 2 in each row/,
    ],
    ['a negative weight', { data: { ...data, weights: [1, -2] } }, 'VARDROP_WEIGHT', /weights: got -2 in row 1/],
    ['weights of no row', { data: { ...data, weights: [0, 0] } }, 'VARDROP_WEIGHT', /weights: got only 0/],
    ['weights of other rows', { data: { ...data, weights: [1, 2, 3] } }, 'VARDROP_SHAPE', /weights: got 3/],
    ['a weight that is missing', { data: { ...data, weights: [1, Number.NaN] } }, 'VARDROP_WEIGHT', /got NaN in row 1/],
    ['a weight in a string', { data: { ...data, weights: [1, '2'] } }, 'VARDROP_TYPE', /weights: got '2' in row 1/],
    [
      'weights of rows as elsewhere',
      { data: { ...data, sampleWeights: [1, 2] } },
      'VARDROP_OPTION',
      /got 'sampleWeights'.*Write weights/,
    ],
    ['no validation', { validation: null }, 'VARDROP_TYPE', /\[fit validation\] data: got null/],
    [
      'an early stopping of another library',
      { validation: data, earlyStopping: { patience: 1, minDelta: 0.1 } },
      'VARDROP_OPTION',
      /got 'minDelta'.*Write minimumDelta\./,
    ],
    ['a result as a state', { state: { state: {}, history: [] } }, 'VARDROP_STATE', /Pass the `state` that fit/],
    ['labels in strings', { data: { ...data, targets: ['0', '1'] } }, 'VARDROP_TYPE', /targets: got '0' in row 0/],
    ['no backend', { backend: undefined }, 'VARDROP_OPTION', /backend: got nothing, needs an object such as/],
    ['a promise of a backend', { backend: Promise.resolve(backend) }, 'VARDROP_OPTION', /got a promise.*Await it/],
    ['an optimizer by name', { optimizer: 'adam' }, 'VARDROP_OPTION', /got 'adam', needs an object such as adam\(\)/],
    [
      'a likelihood',
      { likelihood: gaussian() },
      'VARDROP_OPTION',
      /got 'likelihood'.*It belongs to the model: sequential/,
    ],
    ['a number to call', { onEpoch: 3 }, 'VARDROP_OPTION', /onEpoch: got 3, needs a function/],
    ['a controller for its signal', { signal: new AbortController() }, 'VARDROP_OPTION', /got AbortController/],
    ['an option of tfjs', { batchSize: 5 }, 'VARDROP_OPTION', /got 'batchSize', needs names among.*Write batch\./],
    ['an option that there is not', { epoch: 5 }, 'VARDROP_OPTION', /got 'epoch', needs names among.*epochs/],
    ['a weight in a string', { klWeight: '1' }, 'VARDROP_OPTION', /klWeight: got '1'/],
    ['a learning rate', { learningRate: 0.01 }, 'VARDROP_OPTION', /adam\(\{ learningRate: 0\.01 \}\)/],
  ])('fit refuses %s', async (_, options, code, message) => {
    await expect(train(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('predict refuses a whole state as parameters and an unknown mode, and predicts classes where no likelihood is given', async () => {
    const { state } = await train({ optimizer: adam() });
    const options = { backend, parameters: state.parameters, inputs };
    const whole = { ...options, parameters: state as never };
    await expect(predict(model({}), whole)).rejects.toMatchObject({ code: 'VARDROP_STATE' });
    const mode = 'means' as never;
    await expect(predict(model({}), { ...options, mode })).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
    expect(await predict(model({}), options)).toMatchObject({ kind: 'classification', rows: 2 });
  });
});

describe('an α of the network', () => {
  const withRates = (...rates: readonly number[]) =>
    sequential({
      input: [2],
      layers: rates.map((rate) =>
        dense({ units: 2, noise: variationalDropout({ type: 'A', alpha: 'network', rate }) }),
      ),
    });

  it('is one parameter, which starts where all layers say', () => {
    expect(withRates(0.1, 0.1).parameters.filter(({ name }) => name === 'network/rho')).toHaveLength(1);
  });

  it('refuses layers that would start it at different values', () => {
    expect(() => withRates(0.1, 0.4)).toThrow(expect.objectContaining({ code: 'VARDROP_MODEL' }));
  });
});
