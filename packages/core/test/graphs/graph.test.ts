import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineLayer } from '../../src/extend.js';
import {
  type AnyDataset,
  adam,
  add,
  concatenate,
  conv2d,
  dense,
  embedding,
  fit,
  flatten,
  flipout,
  gaussian,
  initialState,
  input,
  type Layer,
  localReparametrization,
  type Model,
  maxPooling2d,
  model,
  padding1d,
  permute,
  predict,
  reshape,
  separateSamples,
  sequential,
  singleSample,
  sparseVariational,
  variationalDropout,
} from '../../src/index.js';
import { key, normal } from '../../src/random/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { bitsOf, float32Backend } from '../training/helpers.js';
import { withLikelihood } from '../withLikelihood.js';

const refusal = (code: string, ...texts: readonly string[]) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(texts.map((text) => text.replace(/[[\]().]/g, '\\$&')).join('.*'))),
  });

/** Steps, the state that they lead to, and predictions with it. */
async function courseOf(given: Model, options: { readonly seed?: number; readonly data: AnyDataset }) {
  const backend = float32Backend();
  const made = withLikelihood(given, gaussian());
  const losses: number[] = [];
  const { state } = await fit(made, {
    ...{ backend, epochs: 2, batch: 3, ...options },
    onStep: ({ loss }) => losses.push(loss),
  });
  const { inputs } = options.data;
  const prediction = await predict(made, { backend, parameters: state.parameters, inputs, samples: 3 });
  return { losses, state: bitsOf(state), prediction };
}

describe('a graph', () => {
  it('of layers one after the other is their sequential model: names, steps, state and predictions bit for bit', async () => {
    const chains = fc.record({
      image: fc.boolean(),
      units: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
      parts: fc.constantFrom(
        { noise: sparseVariational(), estimator: localReparametrization() },
        { noise: sparseVariational(), estimator: singleSample() },
        { noise: sparseVariational(), estimator: flipout() },
        { noise: variationalDropout({ type: 'A', alpha: 'input' }), estimator: separateSamples() },
      ),
      rows: fc.integer({ min: 4, max: 7 }),
      seed: fc.nat(999),
    });
    await fc.assert(
      fc.asyncProperty(chains, async ({ image, units, parts, rows, seed }) => {
        const shape = image ? [4, 5, 2] : [3];
        const layers: Layer[] = [
          ...(image ? [conv2d({ filters: 3, size: 2, activation: 'tanh' }), maxPooling2d(), flatten()] : []),
          ...units.map((count) => dense({ units: count, activation: 'softplus' })),
          dense({ units: 2 }),
        ];
        const x = input({ shape });
        const outputs = layers.reduce((value, layer) => layer(value), x);
        const columns = shape.reduce((a, b) => a * b, 1);
        const data = { inputs: normal(key(seed), rows * columns), targets: normal(key(seed + 1), rows * 2) };
        const graph = model({ inputs: x, outputs, ...parts });
        const twin = sequential({ input: shape, layers, ...parts });
        expect(graph.parameters.map(({ name }) => name)).toEqual(twin.parameters.map(({ name }) => name));
        expect(await courseOf(graph, { seed, data })).toEqual(await courseOf(twin, { seed, data }));
      }),
      { numRuns: 8 },
    );
  });

  it('that uses a layer twice is the sequential model that lists it twice', async () => {
    const [shared, last] = [dense({ units: 3, activation: 'tanh' }), dense({ units: 2 })];
    const x = input({ shape: [3] });
    const noise = sparseVariational();
    const graph = model({ inputs: x, outputs: last(shared(shared(x))), noise });
    const twin = sequential({ input: [3], layers: [shared, shared, last], noise });
    expect(twin.calls.map(({ name }) => name)).toEqual(['dense1', 'dense1#2', 'dense2']);
    expect(twin.layers.map(({ name }) => name)).toEqual(['dense1', 'dense2']);
    const data = { inputs: normal(key(1), 5 * 3), targets: normal(key(2), 5 * 2) };
    expect(await courseOf(graph, { seed: 4, data })).toEqual(await courseOf(twin, { seed: 4, data }));
  });

  it('has its layers named and ordered by a walk from the first output', () => {
    const [x, y] = [input({ shape: [3], name: 'left' }), input({ shape: [3] })];
    const shared = dense({ units: 2 });
    const [a, b] = [shared(x), shared(y)];
    const graph = model({
      inputs: [x, y],
      outputs: { first: dense({ units: 1 })(add()(a, b)), second: concatenate()(a, y) },
    });
    expect(graph.inputs).toEqual([
      { name: 'left', shape: [3], kind: 'numbers' },
      { name: 'x2', shape: [3], kind: 'numbers' },
    ]);
    expect(graph.outputs).toEqual([
      { name: 'first', shape: [1], from: 'dense2' },
      { name: 'second', shape: [5], from: 'concatenate1' },
    ]);
    expect(graph.calls.map(({ name, inputs }) => [name, ...inputs])).toEqual([
      ['dense1', 'left'],
      ['dense1#2', 'x2'],
      ['add1', 'dense1', 'dense1#2'],
      ['dense2', 'add1'],
      ['concatenate1', 'dense1', 'x2'],
    ]);
    expect(graph.parameters.map(({ name }) => name)).toEqual([
      ...['dense1/weights', 'dense1/bias', 'dense2/weights', 'dense2/bias'],
    ]);
  });

  it('may be deep', () => {
    const x = input({ shape: [2] });
    let value = x;
    for (let i = 0; i < 3000; i++) value = add()(value, x);
    expect(model({ inputs: x, outputs: value }).calls.length).toBe(3000);
  });
});

describe('row numbers', () => {
  it('are limited through layers that move them, by the reader with the fewest rows', () => {
    const rows = input({ shape: [2, 3], name: 'rows' });
    const moved = padding1d()(permute({ axes: [2, 1] })(reshape({ shape: [3, 2] })(rows)));
    const few = embedding({ rows: 5, units: 2 })(flatten()(moved));
    const many = embedding({ rows: 9, units: 2 })(rows);
    const network = model({ inputs: rows, outputs: { few, many } });
    expect(network.inputs).toEqual([{ name: 'rows', shape: [2, 3], kind: 'integers', limit: 5 }]);
  });

  it('are refused beyond the table, read through a reshape', async () => {
    const rows = input({ shape: [2, 1] });
    const table = embedding({ rows: 3, units: 2 })(reshape({ shape: [2] })(rows));
    const network = model({ inputs: rows, outputs: dense({ units: 2 })(flatten()(table)) });
    const { parameters } = initialState(network, adam(), 1);
    const backend = createReferenceBackend();
    const of = (inputs: readonly number[]) => predict(network, { backend, parameters, inputs });
    await expect(of([0, 2])).resolves.toBeDefined();
    await expect(of([0, 3])).rejects.toThrow(/got 3 in row 0, column 1, needs whole numbers from 0 to 2/);
    await expect(of([0, 1.5])).rejects.toThrow(/got 1.5 in row 0, column 1/);
  });
});

describe('graphs that are refused', () => {
  const x = input({ shape: [3], name: 'left' });
  const y = input({ shape: [2], name: 'right' });
  const wide = dense({ units: 4, name: 'wide' });
  const circle = () => {
    const inner = { source: 'layer' as const, layer: wide, inputs: [x] };
    const outer = { source: 'layer' as const, layer: dense({ units: 3, name: 'back' }), inputs: [inner] };
    inner.inputs[0] = outer as never;
    return outer;
  };
  const cases: readonly (readonly [string, string, readonly string[], () => unknown])[] = [
    ['a circle', 'VARDROP_MODEL', ["circle through '", "' and '"], () => model({ inputs: x, outputs: circle() })],
    [
      'an input that is not listed',
      'VARDROP_MODEL',
      ["'right'", '[2]', 'not listed'],
      () => model({ inputs: x, outputs: { a: wide(x), b: dense({ units: 1 })(y) } }),
    ],
    [
      'an input of another model',
      'VARDROP_MODEL',
      ["'right'", 'not listed'],
      () => model({ inputs: x, outputs: wide(y) }),
    ],
    [
      'row numbers that a layer has computed',
      'VARDROP_MODEL',
      ["'embedding1'", "'wide'", 'computes numbers'],
      () => model({ inputs: x, outputs: embedding({ rows: 5, units: 2 })(flatten()(wide(x))) }),
    ],
    [
      'row numbers that are said to be any numbers',
      'VARDROP_MODEL',
      ["'rows'", "'numbers'", "'embedding1'"],
      () => {
        const rows = input({ shape: [3], name: 'rows', kind: 'numbers' });
        return model({ inputs: rows, outputs: embedding({ rows: 5, units: 2 })(rows) });
      },
    ],
    [
      'shapes that do not fit, of layers by name',
      'VARDROP_SHAPE',
      ['[add1]', 'wide [batch, 4]', 'narrow [batch, 3]'],
      () => model({ inputs: x, outputs: add()(wide(x), dense({ units: 3, name: 'narrow' })(x)) }),
    ],
    [
      'one value for a layer of two',
      'VARDROP_MODEL',
      ['[add] inputs: got 1 value, needs 2 or more', 'sequential gives a layer one'],
      () => sequential({ input: [3], layers: [add()] }),
    ],
    [
      'an input with a name that objects cannot have',
      'VARDROP_MODEL',
      ["'__proto__'"],
      () => input({ shape: [3], name: '__proto__' }),
    ],
    [
      'an output with a name that objects cannot have',
      'VARDROP_MODEL',
      ["'__proto__'"],
      () => model({ inputs: x, outputs: Object.fromEntries([['__proto__', wide(x)]]) }),
    ],
    [
      'a layer with a name that objects cannot have',
      'VARDROP_MODEL',
      ["'__proto__'"],
      () => model({ inputs: x, outputs: dense({ units: 2, name: '__proto__' })(x) }),
    ],
    [
      'a layer that builds nothing',
      'VARDROP_MODEL',
      ['[own1] outputShape', 'nothing'],
      () => model({ inputs: x, outputs: defineLayer({ kind: 'own', build: () => undefined as never })(x) }),
    ],
    [
      'an input that is not read',
      'VARDROP_MODEL',
      ["'right'", 'no output depends'],
      () => model({ inputs: [x, y], outputs: wide(x) }),
    ],
    [
      'an input that is listed twice',
      'VARDROP_MODEL',
      ["'left' twice"],
      () => model({ inputs: [x, x], outputs: wide(x) }),
    ],
    [
      'two inputs of one name',
      'VARDROP_MODEL',
      ["'left' twice"],
      () => {
        const other = input({ shape: [3], name: 'left' });
        return model({ inputs: [x, other], outputs: add()(x, other) });
      },
    ],
    [
      'an input with a name of programs',
      'VARDROP_MODEL',
      ["'klScale'"],
      () => {
        const own = input({ shape: [3], name: 'klScale' });
        return model({ inputs: own, outputs: wide(own) });
      },
    ],
    [
      'an input that is the outputs of a layer',
      'VARDROP_MODEL',
      ['[model] inputs', 'the outputs of a layer at 1'],
      () => model({ inputs: [x, wide(x)], outputs: wide(x) }),
    ],
    [
      'a layer with the name of an input',
      'VARDROP_MODEL',
      ["'left' for a layer"],
      () => model({ inputs: x, outputs: dense({ units: 1, name: 'left' })(x) }),
    ],
    [
      'two layers of one name',
      'VARDROP_MODEL',
      ["'wide' for a layer"],
      () => model({ inputs: x, outputs: dense({ units: 1, name: 'wide' })(wide(x)) }),
    ],
    [
      'shapes that cannot be added',
      'VARDROP_SHAPE',
      ['[batch, 2]', '[batch, 3]'],
      () => model({ inputs: [x, y], outputs: add()(x, y) }),
    ],
    [
      'a layer that is shared by inputs of other widths',
      'VARDROP_MODEL',
      ['dense1/weights', '[2,1]', '[3,1]'],
      () => {
        const shared = dense({ units: 1 });
        return model({ inputs: [x, y], outputs: add()(shared(x), shared(y)) });
      },
    ],
    ['a layer on too many values', 'VARDROP_MODEL', ['[wide] inputs: got 2 values, needs 1'], () => wide(x, y)],
    ['a layer on what is not a value', 'VARDROP_MODEL', ['[wide] input 1: got 3'], () => wide(3 as never)],
    [
      'no outputs',
      'VARDROP_MODEL',
      ['[model] outputs: got an object with nothing'],
      () => model({ inputs: x, outputs: {} }),
    ],
    ['no inputs', 'VARDROP_MODEL', ['[model] inputs: got []'], () => model({ inputs: [], outputs: wide(x) })],
    [
      'a layer in place of its outputs',
      'VARDROP_MODEL',
      ['[model] outputs'],
      () => model({ inputs: x, outputs: wide as never }),
    ],
    [
      'an output whose name has a slash',
      'VARDROP_MODEL',
      ["[model] outputs: got 'a/b'"],
      () => model({ inputs: x, outputs: { 'a/b': wide(x) } }),
    ],
    [
      'an option of another library',
      'VARDROP_OPTION',
      ["'output'", 'Write outputs.'],
      () => model({ inputs: x, outputs: wide(x), output: 1 } as never),
    ],
  ];
  it.each(cases)('%s', (_, code, texts, make) => {
    expect(make).toThrow(refusal(code, ...texts));
  });

  it('a layer whose tensor has the name that programs give to an output', () => {
    const statistics: Layer = defineLayer({
      kind: 'statistics',
      build: (name, [shape]) => ({
        ...{ name, kind: 'statistics', inputShapes: [shape], outputShape: shape, parameters: [] },
        carried: [{ name: 'mean', shape, initialize: { kind: 'constant', value: 0 } }],
        apply: (_, [given]) => given,
      }),
      name: 'size',
    });
    const outputs = { size: statistics(x), label: wide(x) };
    expect(() => model({ inputs: x, outputs })).toThrow(refusal('VARDROP_MODEL', "'size/mean'"));
    // Of a model with one output nothing begins with its name.
    expect(model({ inputs: x, outputs: { size: statistics(x) } }).carried[0].name).toBe('size/mean');
  });
});
