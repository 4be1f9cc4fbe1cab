import { describe, expect, it } from 'vitest';
import { defineLayer } from '../../src/extend.js';
import {
  add,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  globalAveragePooling2d,
  input,
  type Layer,
  type LayerDefinition,
  type Model,
  model,
  multiply,
  type PruneReport,
  prune,
  resizeModel,
  sparseVariational,
  type TensorMap,
} from '../../src/index.js';
import { elementCount } from '../../src/program/index.js';

const noise = sparseVariational();
const x = input({ shape: [2] });

/** Parameters from lists by full name; a weight of 0 is pruned, others have log α of −4. Without a list all are 1, biases 0. */
function parametersOf(graph: Model, given: Readonly<Record<string, readonly number[]>>): TensorMap {
  return Object.fromEntries(
    [...graph.parameters, ...graph.carried].map(({ name, shape }) => {
      const length = elementCount(shape);
      const weights = given[name.replace('logVariance', 'weights')] ?? new Array<number>(length).fill(1);
      const values = name.endsWith('logVariance')
        ? weights.map((w) => (w === 0 ? 0 : Math.log(w * w) - 4))
        : (given[name] ?? new Array<number>(length).fill(name.endsWith('bias') ? 0 : 1));
      expect(values).toHaveLength(length);
      return [name, { shape, data: Float32Array.from(values) }];
    }),
  );
}

const kept = ({ layers }: PruneReport) => Object.fromEntries(layers.map(({ layer, keptUnits }) => [layer, keptUnits]));

describe('channels that a sum couples', () => {
  const before = dense({ units: 3, name: 'before', noise })(x);
  const inner = dense({ units: 2, name: 'inner', noise })(before);
  const sum = add()(before, dense({ units: 3, name: 'branch', noise })(inner));
  const block = model({ inputs: x, outputs: dense({ units: 2, name: 'after', noise })(sum) });
  const unread = { 'inner/weights': [1, 1, 0, 0, 1, 1], 'after/weights': [1, 2, 0, 0, 3, 4] };

  it('go where nothing reads their sum nor its terms', () => {
    const { report, model: smaller, parameters } = prune(block, parametersOf(block, unread));
    expect(kept(report)).toEqual({ before: [0, 2], inner: [0, 1], branch: [0, 2], after: [0, 1] });
    expect(smaller.calls.map(({ name, layer }) => [name, layer.outputShape])).toEqual([
      ['before', [2]],
      ['inner', [2]],
      ['branch', [2]],
      ['add1', [2]],
      ['after', [2]],
    ]);
    expect(parameters['after/weights'].data).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(report.layers[3]).toMatchObject({ layer: 'after', keptInputs: [0, 2] });
    expect(report.unitsRemoved).toBe(2);
  });

  it.each(['inner/weights', 'after/weights'])('stay where one layer reads them: %s', (name) => {
    const { report } = prune(block, parametersOf(block, { ...unread, [name]: [1, 1, 1, 1, 1, 1] }));
    expect(report.unitsRemoved).toBe(0);
  });

  it('go as constants where all terms are constant', () => {
    const dead = { 'before/weights': [1, 0, 1, 1, 0, 1], 'branch/weights': [1, 0, 1, 1, 0, 1] };
    const biases = { 'before/bias': [0, 2, 0], 'branch/bias': [0, 3, 0] };
    const quiet = model({
      inputs: x,
      outputs: dense({ units: 2, name: 'after' })(
        add()(before, dense({ units: 3, name: 'branch', noise })(dense({ units: 2, name: 'inner' })(before))),
      ),
    });
    const { report, parameters } = prune(quiet, parametersOf(quiet, { ...dead, ...biases }));
    expect(kept(report)).toMatchObject({ before: [0, 2], branch: [0, 2] });
    expect(parameters['inner/bias'].data).toEqual(Float32Array.of(2, 2));
    expect(parameters['after/bias'].data).toEqual(Float32Array.of(5, 5));
    const half = parametersOf(quiet, { ...dead, ...biases, 'branch/weights': [1, 1, 1, 1, 1, 1] });
    expect(prune(quiet, half).report.unitsRemoved).toBe(0);
  });
});

describe('units of other graphs', () => {
  it('keep their place in a concatenation', () => {
    const [a, b] = [2, 3].map((units) => dense({ units, noise })(x));
    const joined = model({ inputs: x, outputs: dense({ units: 1, name: 'after', noise })(concatenate()(a, b)) });
    const { report, parameters } = prune(joined, parametersOf(joined, { 'after/weights': [1, 0, 0, 4, 5] }));
    expect(kept(report)).toEqual({ dense1: [0], dense2: [1, 2], after: [0] });
    expect(parameters['after/weights'].data).toEqual(Float32Array.of(1, 4, 5));
  });

  it('stay where one of two outputs reads them, and where they are an output', () => {
    const trunk = dense({ units: 3, name: 'trunk', noise })(x);
    const [a, b] = ['a', 'b'].map((name) => dense({ units: 1, name, noise })(trunk));
    const weights = { 'a/weights': [1, 0, 0], 'b/weights': [0, 0, 1] };
    const two = model({ inputs: x, outputs: { a, b } });
    expect(kept(prune(two, parametersOf(two, weights)).report)).toEqual({ trunk: [0, 2], a: [0], b: [0] });
    const three = model({ inputs: x, outputs: { a, b, trunk } });
    expect(prune(three, parametersOf(three, weights)).report.unitsRemoved).toBe(0);
  });

  it('stay where a gate of one unit is repeated for all of them, and go with them otherwise', () => {
    const values = dense({ units: 3, name: 'values', noise })(x);
    const [one, each] = [1, 3].map((units) => dense({ units, name: 'gate', noise })(x));
    const gated = (gate: typeof one) =>
      model({ inputs: x, outputs: dense({ units: 1, name: 'after', noise })(multiply()(values, gate)) });
    const removed = (graph: Model) => kept(prune(graph, parametersOf(graph, { 'after/weights': [1, 0, 1] })).report);
    expect(removed(gated(one))).toMatchObject({ values: [0, 2], gate: [0] });
    expect(removed(gated(each))).toMatchObject({ values: [0, 2], gate: [0, 2] });
  });

  it('go into the bias of a layer that is used twice only where both uses see the same constant', () => {
    const [left, right] = ['left', 'right'].map((name) => dense({ units: 2, name, noise })(x));
    const shared = dense({ units: 2, name: 'shared' });
    const graph = model({ inputs: x, outputs: dense({ units: 1 })(concatenate()(shared(left), shared(right))) });
    const weights = { 'left/weights': [1, 0, 1, 0], 'right/weights': [1, 0, 1, 0] };
    const parameters = (bias: number) =>
      parametersOf(graph, { ...weights, 'left/bias': [0, 3], 'right/bias': [0, bias] });
    expect(prune(graph, parameters(4)).report.unitsRemoved).toBe(0);
    const { report, parameters: after } = prune(graph, parameters(3));
    expect(kept(report)).toMatchObject({ left: [0], right: [0] });
    expect(after['shared/bias'].data).toEqual(Float32Array.of(3, 3));
  });

  it('take filters of a depthwise convolution and statistics with them', () => {
    /** Subtracts a running mean. */
    const centre: LayerDefinition = {
      kind: 'centre',
      build: (name, [inputShape]) => ({
        name,
        kind: 'centre',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: [],
        carried: [{ name: 'mean', shape: inputShape.slice(-1), initialize: { kind: 'constant', value: 0 } }],
        units: 'kept',
        apply: (b, [value], _, { carried }) => b.sub(value, carried.mean),
      }),
    };
    const image = input({ shape: [3, 4, 1] });
    const filters = conv2d({ filters: 2, size: 1, noise })(image);
    const centred = defineLayer(centre)(depthwiseConv2d({ size: 2, multiplier: 2, noise })(filters));
    const graph = model({ inputs: image, outputs: dense({ units: 1, noise })(globalAveragePooling2d()(centred)) });
    const parameters = parametersOf(graph, {
      'dense1/weights': [0, 0, 1, 0],
      'centre1/mean': [1, 2, 3, 4],
      'depthwiseConv2d1/bias': [5, 6, 7, 8],
    });
    const { report, parameters: after } = prune(graph, parameters);
    expect(kept(report)).toEqual({ conv2d1: [1], depthwiseConv2d1: [2, 3], dense1: [0] });
    expect(after['depthwiseConv2d1/weights'].shape).toEqual([2, 2, 1, 2]);
    expect(after['depthwiseConv2d1/bias'].data).toEqual(Float32Array.of(7, 8));
    expect(after['centre1/mean'].data).toEqual(Float32Array.of(3, 4));
    expect(resizeModel(graph, after).carried[0].shape).toEqual([2]);
  });

  it('stay before a convolution with groups', () => {
    const image = input({ shape: [3, 4, 1] });
    const grouped = conv2d({ filters: 2, size: 1, groups: 2, noise })(conv2d({ filters: 2, size: 1, noise })(image));
    const graph = model({ inputs: image, outputs: dense({ units: 1, noise })(globalAveragePooling2d()(grouped)) });
    expect(prune(graph, parametersOf(graph, { 'dense1/weights': [1, 0] })).report.unitsRemoved).toBe(0);
  });

  it('are refused where a layer of one’s own names a part with other rows', () => {
    const inside = dense({ units: 3, noise });
    const wrong: Layer = defineLayer({
      ...inside,
      kind: 'wrong',
      build(name, [shape], defaults) {
        const built = inside.build(name, [[2 * shape[0]]], defaults);
        return {
          ...built,
          inputShapes: [shape],
          apply: (b, [value], ...rest) => built.apply(b, [b.concatenate([value, value], 1)], ...rest),
        };
      },
    });
    const graph = model({ inputs: x, outputs: wrong(dense({ units: 2, noise })(x)) });
    expect(() => prune(graph, parametersOf(graph, {}))).toThrow(
      expect.objectContaining({
        code: 'VARDROP_PRUNE',
        message: expect.stringContaining('[wrong1] weights: got 4 rows for inputs [2]'),
      }),
    );
  });
});
