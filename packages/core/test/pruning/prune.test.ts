import { describe, expect, it } from 'vitest';
import type { WeightNoise } from '../../src/extend.js';
import {
  type Activation,
  activation,
  adam,
  averagePooling2d,
  type Conv2dOptions,
  conv2d,
  dense,
  deserializeState,
  evaluateClassification,
  flatten,
  gaussian,
  gaussianDropout,
  initialState,
  type LayerDefinition,
  logAlphas,
  type Model,
  mask,
  maxPooling2d,
  meanField,
  type NoiseModel,
  noNoise,
  predict,
  prune,
  resizeModel,
  sequential,
  serializeState,
  sparseVariational,
  sparsity,
  type TensorMap,
  variationalDropout,
} from '../../src/index.js';
import { elementCount } from '../../src/program/index.js';
import { reference } from '../prediction/helpers.js';

const sparse = sparseVariational();

/** Parameters from nested lists of weights and biases; a weight of 0 is pruned, others have log α of −4. */
function parametersOf(model: Model, given: Readonly<Record<string, readonly number[]>>): TensorMap {
  return Object.fromEntries(
    model.parameters.map(({ name, shape }) => {
      const [layer, what] = name.split('/');
      const weights = given[`${layer}/weights`];
      const values =
        what === 'logVariance' ? weights.map((w) => (w === 0 ? 0 : Math.log(w * w) - 4)) : (given[name] ?? []);
      const length = elementCount(shape);
      expect(values).toHaveLength(length);
      return [name, { shape, data: Float32Array.from(values) }];
    }),
  );
}

/** Three hidden units, of which the second has no inputs, before two outputs. */
function twoLayers(kind: Activation, next: NoiseModel, bias = true): Model {
  return sequential({
    input: [2],
    layers: [dense({ units: 3, activation: kind, noise: sparse }), dense({ units: 2, noise: next, bias })],
  });
}
const hidden = { 'dense1/weights': [1, 0, 2, 3, 0, 4], 'dense1/bias': [0.5, 0.75, -1] };
const outputs = { 'dense2/weights': [1, 2, 3, 4, 5, 6], 'dense2/bias': [1, -1] };

describe('units of dense layers', () => {
  it('go where nothing reads them', () => {
    const model = twoLayers('tanh', sparse);
    const parameters = parametersOf(model, {
      ...hidden,
      'dense1/weights': [1, 7, 2, 3, 8, 4],
      ...outputs,
      'dense2/weights': [1, 2, 0, 0, 5, 6],
    });
    const { parameters: after, report } = prune(model, parameters);
    expect(report.layers[0].keptUnits).toEqual([0, 2]);
    expect(after['dense1/weights']).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
    expect(after['dense1/bias'].data).toEqual(Float32Array.of(0.5, -1));
    expect(after['dense2/weights']).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 5, 6) });
    expect(after['dense2/bias']).toEqual(parameters['dense2/bias']);
    expect(after['dense1/logVariance'].shape).toEqual([2, 2]);
  });

  it('go into the next bias where they are constant and nothing adds noise to them', () => {
    const model = twoLayers('relu', noNoise());
    const { parameters, model: smaller } = prune(model, parametersOf(model, { ...hidden, ...outputs }));
    // ReLU(0.75) times the weights 3 and 4.
    expect(parameters['dense2/bias'].data).toEqual(Float32Array.of(1 + 2.25, -1 + 3));
    expect(parameters['dense2/weights'].data).toEqual(Float32Array.of(1, 2, 5, 6));
    expect(smaller.layers.map((layer) => layer.outputShape)).toEqual([[2], [2]]);
    expect(smaller.layers[0].parts?.[0]?.noise).toBe(sparse);
  });

  it.each([
    ['noise on the weights', twoLayers('relu', sparse)],
    ['noise on the inputs', twoLayers('relu', variationalDropout({ type: 'A' }))],
    ['fixed noise', twoLayers('relu', gaussianDropout({ type: 'B' }))],
    ['no bias', twoLayers('relu', noNoise(), false)],
  ])('stay where a constant other than 0 meets %s', (_, model) => {
    const parameters = parametersOf(model, { ...hidden, ...outputs, 'dense2/rho': [-3] });
    expect(prune(model, parameters).report.unitsRemoved).toBe(0);
    const { report: forMeans, parameters: moved } = prune(model, parameters, { preserve: 'mean' });
    expect(forMeans.unitsRemoved).toBe(model.layers[1].parts?.[0]?.bias ? 1 : 0);
    if (forMeans.unitsRemoved > 0) expect(moved['dense2/bias'].data).toEqual(Float32Array.of(3.25, 2));
    // Below 0 the ReLU is 0, and then nothing is in the way.
    const negative = parametersOf(model, { ...hidden, ...outputs, 'dense2/rho': [-3], 'dense1/bias': [0.5, -1, -1] });
    const { parameters: after, report } = prune(model, negative);
    expect(report.layers[0].keptUnits).toEqual([0, 2]);
    expect(after['dense2/bias']).toEqual(negative['dense2/bias']);
  });

  it('take others with them, before and behind', () => {
    const model = sequential({
      input: [1],
      layers: [
        dense({ units: 2, noise: sparse }),
        dense({ units: 2, activation: 'relu' }),
        dense({ units: 2, activation: 'relu' }),
        dense({ units: 1 }),
      ],
    });
    const parameters = parametersOf(model, {
      'dense1/weights': [1, 0],
      'dense1/bias': [0, 2],
      // The second unit hears only the constant 2, and the third layer's second unit hears only that.
      'dense2/weights': [1, 0, 1, 3],
      'dense2/bias': [0, 1],
      'dense3/weights': [1, 0, 0, 1],
      'dense3/bias': [0, -1],
      'dense4/weights': [1, 5],
      'dense4/bias': [0.5],
    });
    const { parameters: after, report } = prune(model, parameters);
    expect(report.layers.map((layer) => layer.keptUnits)).toEqual([[0], [0], [0], [0]]);
    expect(after['dense2/bias'].data).toEqual(Float32Array.of(2));
    // ReLU(2 · 3 + 1) − 1 = 6, five times.
    expect(after['dense4/bias'].data).toEqual(Float32Array.of(30.5));
    const unread = parametersOf(model, {
      'dense1/weights': [1, 2],
      'dense1/bias': [0, 0],
      'dense2/weights': [1, 0, 0, 1],
      'dense2/bias': [1, 1],
      'dense3/weights': [1, 0, 0, 1],
      'dense3/bias': [1, 1],
      'dense4/weights': [0, 5],
      'dense4/bias': [0],
    });
    expect(prune(model, unread).report.layers.map((layer) => layer.keptUnits)).toEqual([[1], [1], [1], [0]]);
  });

  it('leave one behind even where all are dead', () => {
    const model = twoLayers('relu', sparse);
    const parameters = parametersOf(model, {
      'dense1/weights': [0, 0, 0, 0, 0, 0],
      'dense1/bias': [1, 1, 1],
      'dense2/weights': [0, 0, 0, 0, 0, 0],
      'dense2/bias': [1, -1],
    });
    const { report, parameters: after } = prune(model, parameters);
    expect(report.layers.map(({ keptUnits }) => keptUnits)).toEqual([[0], [0, 1]]);
    expect(after['dense2/bias'].data).toEqual(Float32Array.of(1, -1));
    expect(report).toMatchObject({ nonZero: 0, unitsRemoved: 2, weightsBefore: 12, weightsAfter: 4, compression: 3 });
  });
});

describe('channels of convolutions', () => {
  /** Two channels of which the second has no inputs and is ReLU(bias), before two more. */
  const convolutions = (bias: number, second: Partial<Conv2dOptions>, middle: readonly LayerDefinition[] = []) => {
    const size = second.size ?? 2;
    const model = sequential({
      input: [4, 4, 1],
      layers: [
        conv2d({ filters: 2, size: 1, activation: 'relu', noise: sparse }),
        ...middle,
        conv2d({ filters: 2, size, ...second }),
      ],
    });
    const count = (size as number) ** 2 * 4;
    const parameters = parametersOf(model, {
      'conv2d1/weights': [1, 0],
      'conv2d1/bias': [0.25, bias],
      'conv2d2/weights': Array.from({ length: count }, (_, i) => i + 1),
      'conv2d2/bias': [0, 0],
    });
    return prune(model, parameters);
  };

  it('fold where no zeros are added around the image', () => {
    const { parameters, report } = convolutions(0.5, {});
    expect(report.layers[0].keptUnits).toEqual([0]);
    // Weights [2, 2, 2, 2], row-major from 1: those of the second channel are 3 + 7 + 11 + 15 and 4 + 8 + 12 + 16.
    expect(parameters['conv2d2/bias'].data).toEqual(Float32Array.of(18, 20));
    expect(parameters['conv2d2/weights'].data).toEqual(Float32Array.of(1, 2, 5, 6, 9, 10, 13, 14));
    expect(parameters['conv2d1/weights'].shape).toEqual([1, 1, 1, 1]);
  });

  it('stay where zeros are added, unless they are 0 themselves or the filter never meets those', () => {
    expect(convolutions(0.5, { padding: 'same' }).report.unitsRemoved).toBe(0);
    expect(convolutions(-0.5, { padding: 'same' }).report.unitsRemoved).toBe(1);
    expect(convolutions(0.5, { padding: 'same', size: 1 }).report.unitsRemoved).toBe(1);
  });

  it('fold through pooling', () => {
    const { parameters, report } = convolutions(0.5, {}, [averagePooling2d({ size: 3, strides: 2, padding: 'same' })]);
    expect(report.unitsRemoved).toBe(1);
    expect(parameters['conv2d2/bias'].data).toEqual(Float32Array.of(18, 20));
  });

  it('take their places after flatten with them', () => {
    const model = sequential({
      input: [1, 2, 1],
      layers: [conv2d({ filters: 2, size: 1, noise: sparse }), flatten(), dense({ units: 1 })],
    });
    const { model: smaller, parameters } = prune(
      model,
      parametersOf(model, {
        'conv2d1/weights': [0, 1],
        'conv2d1/bias': [2, 0],
        'dense1/weights': [1, 2, 3, 4],
        'dense1/bias': [0],
      }),
    );
    expect(parameters['dense1/weights']).toEqual({ shape: [2, 1], data: Float32Array.of(2, 4) });
    expect(parameters['dense1/bias'].data).toEqual(Float32Array.of(2 * (1 + 3)));
    expect(smaller.layers[1].outputShape).toEqual([2]);
  });

  it('stay before a layer that is not known to keep them apart', () => {
    const turned: LayerDefinition = {
      kind: 'turned',
      build: (name, [inputShape]) => ({
        name,
        kind: 'turned',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: [],
        apply: (b, [x]) => b.neg(x),
      }),
    };
    expect(convolutions(-0.5, {}, [turned]).report.unitsRemoved).toBe(0);
    const kept: LayerDefinition = {
      ...turned,
      build: (...given) => ({ ...turned.build(...given), units: 'kept' }),
    };
    expect(convolutions(-0.5, {}, [kept]).report.unitsRemoved).toBeGreaterThan(0);
  });

  it('go past an activation as a layer, pooling and flatten', () => {
    const dead = convolutions(-0.5, {}).report.unitsRemoved;
    expect(dead).toBeGreaterThan(0);
    expect(convolutions(-0.5, {}, [activation('relu')]).report.unitsRemoved).toBe(dead);
    expect(convolutions(-0.5, {}, [activation('tanh'), maxPooling2d()]).report.unitsRemoved).toBe(dead);
  });

  it('are not told apart by a layer whose last axis contradicts it', () => {
    const wrong: LayerDefinition = {
      kind: 'wrong',
      build: (name, [[length]]) => ({
        name,
        kind: 'wrong',
        inputShapes: [[length]],
        outputShape: [1],
        parameters: [],
        units: 'kept',
        apply: (b, [x]) => b.reduceSum(x, [1], true),
      }),
    };
    const model = sequential({ input: [1], layers: [dense({ units: 2, noise: sparse }), wrong, dense({ units: 1 })] });
    const parameters = parametersOf(model, {
      'dense1/weights': [1, 0],
      'dense1/bias': [0, 0],
      'dense2/weights': [1],
      'dense2/bias': [0],
    });
    expect(() => prune(model, parameters)).toThrow(
      expect.objectContaining({
        code: 'VARDROP_PRUNE',
        message: expect.stringContaining("[wrong1] units: got 'kept'"),
      }),
    );
  });
});

describe('the smaller model', () => {
  it('is one to predict with, to save and to train', async () => {
    const model = sequential({
      input: [3],
      layers: [dense({ units: 8, activation: 'relu', name: 'first' }), dense({ units: 4 })],
      noise: sparse,
    });
    const state = initialState(model, adam(), 5);
    state.parameters['first/logVariance'].data.forEach((_, i, data) => {
      if (i % 8 < 5) data[i] = 9;
    });
    const { model: smaller, parameters, report } = prune(model, state.parameters);
    expect(report.layers[0]).toMatchObject({ layer: 'first', unitsBefore: 8, keptUnits: [5, 6, 7], nonZero: 9 });
    expect(smaller.options.noise).toBe(sparse);
    const fresh = initialState(smaller, adam(), 5);
    const shapes = (map: TensorMap) => Object.entries(map).map(([name, { shape }]) => [name, shape]);
    expect(shapes(fresh.parameters)).toEqual(
      shapes(Object.fromEntries(smaller.parameters.map(({ name }) => [name, parameters[name]]))),
    );
    const saved = deserializeState(serializeState({ parameters }));
    expect(saved.state).toEqual({ parameters, optimizer: { name: 'none', slots: {} }, step: 0, seed: 0 });
    const again = resizeModel(model, saved.state.parameters);
    expect(again.parameters).toEqual(smaller.parameters);
    expect(again.layers.map(({ outputShape }) => outputShape)).toEqual([[3], [4]]);
    const inputs = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i));
    const options = { backend: reference(), inputs, mode: 'mean' as const };
    const small = await predict(smaller, { ...options, parameters });
    const big = await predict(model, { ...options, parameters: mask(model, state.parameters) });
    // Biases are 0 and nothing folds, so that the same numbers are added.
    expect(small.probabilities).toEqual(big.probabilities);
    const labels = big.labels;
    expect(evaluateClassification(small, labels).error).toBe(0);
  });

  it('is pruned no further, and passes on what belongs to the likelihood', () => {
    const model = twoLayers('relu', noNoise());
    const likelihood = { shape: [2], data: Float32Array.of(1, 2) };
    const once = prune(model, {
      ...parametersOf(model, { ...hidden, ...outputs }),
      'likelihood/logVariance': likelihood,
    });
    expect(once.parameters['likelihood/logVariance']).toBe(likelihood);
    const twice = prune(once.model, once.parameters);
    expect(twice.parameters).toEqual(once.parameters);
    expect(twice.report.unitsRemoved).toBe(0);
  });
});

describe('refusals', () => {
  const model = sequential({ input: [1], layers: [dense({ units: 1, noise: sparse })] });
  const parameters = parametersOf(model, { 'dense1/weights': [1], 'dense1/bias': [0] });

  it.each([meanField(), noNoise(), gaussianDropout({ type: 'A' })])('no log α: $name', (noise) => {
    const without = sequential({ input: [1], layers: [dense({ units: 1, noise })], likelihood: gaussian() });
    const start = initialState(without, adam(), 0).parameters;
    for (const act of [() => prune(without, start), () => sparsity(without, start), () => mask(without, start)]) {
      expect(act).toThrow(expect.objectContaining({ code: 'VARDROP_PRUNE' }));
    }
    expect(logAlphas(without, start)).toEqual({});
  });

  it('a threshold that is no number, and parameters of another model', () => {
    expect(() => prune(model, parameters, { threshold: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTION' }),
    );
    expect(() => prune(model, parameters, { preserve: 'all' as 'law' })).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTION' }),
    );
    expect(() => resizeModel(model, {})).toThrow(expect.objectContaining({ code: 'VARDROP_STATE' }));
    const { 'dense1/bias': _, ...less } = parameters;
    expect(() => resizeModel(model, less)).toThrow(/'dense1\/bias': got nothing/);
    const other = sequential({ input: [5], layers: [dense({ units: 2 })], noise: sparse });
    expect(() => resizeModel(other, parameters)).toThrow(/\[resizeModel\]/);
    expect(() => prune(model, {})).toThrow(expect.objectContaining({ code: 'VARDROP_STATE' }));
    expect(() => prune(twoLayers('relu', noNoise()), parameters)).toThrow(
      expect.objectContaining({ code: 'VARDROP_STATE' }),
    );
  });

  it('noise of one’s own whose variance stays when its mean is 0', () => {
    const stubborn: WeightNoise = {
      name: 'stubborn',
      acts: 'weights',
      symmetric: true,
      parameters: () => [{ name: 'spread', shape: [], initialize: { kind: 'constant', value: 1 } }],
      moments: (b, { weights, spread }) => ({
        mean: weights,
        variance: b.broadcast(b.square(spread), weights.shape),
        deviation: b.broadcast(spread, weights.shape),
      }),
      logAlpha: (b, { spread, weights }) => b.sub(b.log(b.square(spread)), b.log(b.square(weights))),
    };
    const own = sequential({ input: [1], layers: [dense({ units: 1, noise: stubborn })] });
    const values = { ...parameters, 'dense1/spread': { shape: [], data: Float32Array.of(100) } };
    expect(() => mask(own, values)).toThrow(expect.objectContaining({ code: 'VARDROP_PRUNE' }));
    expect(mask(own, { ...values, 'dense1/spread': { shape: [], data: Float32Array.of(1) } })).toBeDefined();
  });

  it('noise of one’s own whose parameters have no axis for the units', () => {
    const flat: WeightNoise = {
      ...sparse,
      name: 'flat',
      parameters: (weights) => [
        ...sparse.parameters(weights),
        { name: 'extra', shape: [weights[0], 7, 1], initialize: { kind: 'constant', value: 0 } },
      ],
    };
    const own = sequential({
      input: [1],
      layers: [dense({ units: 2, noise: sparse }), dense({ units: 1, noise: flat })],
    });
    const values = parametersOf(own, {
      'dense1/weights': [1, 0],
      'dense1/bias': [0, 0],
      'dense2/weights': [1, 1],
      'dense2/bias': [0],
      'dense2/extra': new Array<number>(14).fill(0),
    });
    expect(() => prune(own, values)).toThrow(expect.objectContaining({ code: 'VARDROP_PRUNE' }));
  });
});
