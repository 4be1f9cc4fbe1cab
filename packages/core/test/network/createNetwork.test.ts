import { describe, expect, it, vi } from 'vitest';
import * as fileSystemModule from '../../src/files/fileSystem.js';
import {
  adam,
  add,
  averagedParameters,
  batchNorm,
  categorical,
  chain,
  createNetwork,
  dense,
  fit,
  gaussian,
  input,
  model,
  movingAverage,
  type Network,
  predict,
  sequential,
  VardropError,
  variationalDropout,
} from '../../src/index.js';
import { blobs, smallModel, spoiled } from '../training/helpers.js';
import { backend, untrained } from './helpers.js';

const three = sequential({
  input: [2],
  noise: variationalDropout(),
  layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 3 })],
});
const inputs = Float32Array.of(0.1, -0.3, 0.7, 0.2, -0.9, 0.4);

/** A model with an output of each kind, and an output without names. */
function branches() {
  const x = input({ shape: [2], name: 'x' });
  const hidden = dense({ units: 3, activation: 'relu' })(x);
  return model({
    inputs: x,
    outputs: { side: dense({ units: 2 })(hidden), size: dense({ units: 1 })(hidden) },
    noise: variationalDropout(),
    likelihood: { side: categorical(), size: gaussian() },
  });
}

describe('the network that fit returns', () => {
  it('predicts as predict does with the parameters of the state, running statistics among them', async () => {
    const normed = sequential({
      input: [2],
      noise: variationalDropout(),
      layers: [dense({ units: 4 }), batchNorm(), dense({ units: 2 })],
    });
    const { network, state } = await fit(normed, { backend, data: blobs(), epochs: 2, batch: 8 });
    expect(network.model).toBe(normed);
    expect(network.backend).toBe(backend);
    const parameters = { ...state.parameters, ...state.carried };
    expect(network.parameters).toEqual(parameters);
    const options = { samples: 5, seed: 7 };
    expect(await network.predict(inputs, options)).toEqual(
      await predict(normed, { ...options, backend, parameters, inputs }),
    );
    expect(await network.predict(inputs, { mode: 'mean' })).toEqual(
      await predict(normed, { mode: 'mean', backend, parameters, inputs }),
    );
  });

  it('has the averages of the parameters where the optimizer has made them', async () => {
    const optimizer = chain(adam({ learningRate: 0.1 }), movingAverage({ decay: 0.9 }));
    const { network, state } = await fit(three, {
      backend,
      data: { inputs, targets: [0, 2, 1] },
      optimizer,
      epochs: 4,
    });
    expect(network.parameters).toEqual(averagedParameters(state));
    expect(network.parameters).not.toEqual(state.parameters);
  });

  it('knows the names that fit was given', async () => {
    const classes = ['left', 'right'];
    const columns = ['x', 'y'];
    const { network } = await fit(smallModel(), { backend, data: blobs(), epochs: 1, classes, columns });
    expect(network).toMatchObject({ classes, columns });
    const prediction = await network.predict(inputs);
    expect(prediction).toMatchObject({ kind: 'classification' });
    const { labels, labelNames } = prediction as { labels: Int32Array; labelNames: readonly string[] };
    expect(labelNames).toEqual(Array.from(labels, (label) => classes[label]));
  });

  it('is refused wrong names before training', async () => {
    const onStep = vi.fn();
    const wrong = fit(smallModel(), { backend, data: blobs(), onStep, classes: ['only one'] });
    await expect(wrong).rejects.toMatchObject({ code: 'VARDROP_SHAPE' });
    expect(onStep).not.toHaveBeenCalled();
  });
});

describe('names', () => {
  it('of the classes of several outputs are by the names of those with labels', async () => {
    const made = untrained(branches());
    const network = createNetwork(made.model, {
      ...{ backend, parameters: made.parameters },
      classes: { side: ['left', 'right'] },
    });
    const { side, size } = await network.predict(inputs);
    expect(side.labelNames).toEqual(Array.from(side.labels, (label) => ['left', 'right'][label]));
    expect(size).not.toHaveProperty('labelNames');
    expect(size.mean).toHaveLength(3);
  });

  it.each([
    ['classes', ['a', 'b'], 'VARDROP_SHAPE', 'got 2 names, needs 3'],
    ['classes', ['a', 'b', 'b'], 'VARDROP_OPTION', 'needs a list of texts, each once'],
    ['classes', ['a', 'b', 3], 'VARDROP_OPTION', 'needs a list of texts, each once'],
    ['classes', 'abc', 'VARDROP_OPTION', 'needs a list of texts, each once'],
    ['columns', ['a'], 'VARDROP_SHAPE', 'got 1 names, needs 2'],
    ['columns', { a: 1 }, 'VARDROP_OPTION', 'needs a list of texts, each once'],
  ])('%s %j are refused with %s', (name, value, code, text) => {
    const { parameters } = untrained(three);
    const make = () => createNetwork(three, { backend, parameters, [name]: value });
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }));
  });

  it('are refused for what a model does not have', () => {
    const { model: several, parameters } = untrained(branches());
    const values = sequential({ input: [2], layers: [dense({ units: 3 })], likelihood: gaussian() });
    const x = input({ shape: [2], name: 'x' });
    const z = input({ shape: [2], name: 'z' });
    const both = model({ inputs: [x, z], outputs: dense({ units: 3 })(add()(x, z)) });
    for (const [make, text] of [
      [() => createNetwork(several, { backend, parameters, classes: ['a', 'b'] }), 'for the outputs side'],
      [() => createNetwork(several, { backend, parameters, classes: { size: ['a'] } }), 'of outputs with labels: side'],
      [
        () => createNetwork(values, { backend, parameters: untrained(values).parameters, classes: ['a', 'b', 'c'] }),
        'no output has labels',
      ],
      [
        () => createNetwork(both, { backend, parameters: untrained(both).parameters, columns: ['a', 'b'] }),
        'the model has several inputs',
      ],
    ] as const) {
      expect(make).toThrow(expect.objectContaining({ code: 'VARDROP_OPTION', message: expect.stringContaining(text) }));
    }
  });
});

describe('createNetwork', () => {
  const { parameters } = untrained(three);
  const name = 'dense1/weights';
  const { shape, data } = parameters[name];

  it('takes parameters of any numbers, and leaves out others', async () => {
    const plain = Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, { ...value, data: [...value.data] }]),
    );
    const network = createNetwork(three, { backend, parameters: { ...plain, other: { shape: [1], data: [1] } } });
    expect(network.parameters).toEqual(parameters);
  });

  it.each([
    ['a missing tensor', { [name]: undefined }, 'VARDROP_STATE'],
    ['another shape', { [name]: { shape: [4, 2], data } }, 'VARDROP_STATE'],
    ['too few numbers', { [name]: { shape, data: data.slice(1) } }, 'VARDROP_STATE'],
    ['a number that is not finite', { [name]: { shape, data: spoiled(data, 3, Number.NaN) } }, 'VARDROP_NON_FINITE'],
  ])('refuses %s', (_, changed, code) => {
    const make = () => createNetwork(three, { backend, parameters: { ...parameters, ...changed } as never });
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(`'${name}'`) }));
  });

  it('says what it got in place of options', () => {
    for (const [given, code] of [
      [{ backend, parameters, state: {} }, 'VARDROP_OPTION'],
      [{ backend, parameters, likelihood: categorical() }, 'VARDROP_OPTION'],
      [{ parameters }, 'VARDROP_OPTION'],
      [{ backend }, 'VARDROP_STATE'],
      [undefined, 'VARDROP_OPTION'],
    ] as const)
      expect(() => createNetwork(three, given as never)).toThrow(expect.objectContaining({ code }));
    expect(() => createNetwork(dense as never, { backend, parameters })).toThrow(
      expect.objectContaining({ code: 'VARDROP_MODEL' }),
    );
  });
});

describe('methods', () => {
  const network: Network<ReturnType<typeof categorical>> = untrained(three);

  it('refuse options that the network has itself', async () => {
    for (const options of [{ backend }, { parameters: network.parameters }, { inputs }, { batchSize: 3 }])
      await expect(network.predict(inputs, options as never)).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
  });

  it('hand model and parameters to an exporter', () => {
    const exporter = vi.fn(() => 'written');
    expect(network.export(exporter, { kind: 'mean' })).toBe('written');
    expect(exporter).toHaveBeenCalledExactlyOnceWith(network.model, network.parameters, { kind: 'mean' });
    expect(() => network.export('onnx' as never, {})).toThrow(VardropError);
    expect(() => network.export(undefined as never, {})).toThrow(expect.objectContaining({ code: 'VARDROP_OPTION' }));
  });

  it('say what to do in a page, where there is no file system', async () => {
    const refused = fileSystemModule.nodeModule('none-such');
    await expect(refused).rejects.toMatchObject({
      code: 'VARDROP_NO_FILE_SYSTEM',
      message: expect.stringContaining('toBytes() of a network'),
    });
    vi.spyOn(fileSystemModule, 'fileSystem').mockReturnValue(refused as never);
    await expect(network.save('network.safetensors')).rejects.toMatchObject({ code: 'VARDROP_NO_FILE_SYSTEM' });
    vi.restoreAllMocks();
  });
});
