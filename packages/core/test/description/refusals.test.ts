import { describe, expect, it, test } from 'vitest';
import { defineLayer, layersFrom, type NoNoise } from '../../src/extend.js';
import {
  add,
  bernoulli,
  dense,
  describeModel,
  flipout,
  gaussianPrior,
  input,
  type Model,
  meanField,
  model,
  modelFrom,
  type NoiseModel,
  noNoise,
  sequential,
} from '../../src/index.js';
import { again } from './helpers.js';

/** An error of the library with this code and a message that has this in it. */
const refused = (text: string, code = 'VARDROP_DESCRIPTION') =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

const thrown = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

/** Two inputs, a layer that is used twice, and two outputs. */
function wholeModel(): Model {
  const a = input({ shape: [3], name: 'a' });
  const b = input({ shape: [3], name: 'b' });
  const shared = dense({ units: 4, noise: meanField({ logVariance: -5 }) });
  const sum = add()(shared(a), shared(b));
  return model({ inputs: [a, b], outputs: { mean: dense({ units: 2 })(sum), rate: sum }, divergence: null });
}

describe('a description from outside', () => {
  /** The description as JSON, with values put at places such as `layers.0.name`; `undefined` leaves out. */
  const changed = (changes: Readonly<Record<string, unknown>>) => {
    const description = JSON.parse(JSON.stringify(describeModel(wholeModel())));
    for (const [path, value] of Object.entries(changes)) {
      const names = path.split('.');
      const last = names.pop() as string;
      let inside = description;
      for (const name of names) inside = inside[name];
      if (value === undefined) delete inside[last];
      else inside[last] = value;
    }
    return description;
  };
  const deep = () => {
    let value: unknown = 1;
    for (let i = 0; i < 50_000; i++) value = [value];
    return value;
  };
  const circle: Record<string, unknown> = {};
  circle.own = circle;

  it('is taken as it is', () => {
    expect(describeModel(modelFrom(changed({})))).toEqual(changed({}));
  });

  it.each([
    ['nothing', undefined, 'description: got nothing, needs an object'],
    ['text', '{}', "description: got '{}', needs an object"],
    ['a list', [], 'description: got [], needs an object'],
    ['another format', changed({ format: 2 }), 'format: got 2, needs 1'],
    ['no inputs', changed({ inputs: undefined }), "needs 'inputs' in it"],
    ['unknown members', changed({ weights: 1 }), 'weights: got 1, needs no such member'],
    ['inputs of another type', changed({ inputs: 1 }), 'inputs: got 1, needs a list'],
    [
      'an input without a shape',
      changed({ 'inputs.0.shape': undefined }),
      "inputs[0]: got an object with name, kind, needs 'shape' in it",
    ],
    ['a length of 0', changed({ 'inputs.1.shape': [0] }), 'inputs[1].shape[0]: got 0, needs a positive whole number'],
    [
      'another kind of input',
      changed({ 'inputs.0.kind': 'text' }),
      "inputs[0].kind: got 'text', needs 'numbers' or 'integers'",
    ],
    [
      'inputs of one name',
      changed({ 'inputs.1.name': 'a' }),
      "inputs[1].name: got 'a', needs a name that nothing before has",
    ],
    [
      'an input with a name that programs have',
      changed({ 'inputs.0.name': 'y/1', 'calls.0.inputs': ['y/1'] }),
      "inputs[0]: [input] name: got 'y/1'",
    ],
    [
      'layers of one name',
      changed({ 'layers.1.name': 'dense1' }),
      "layers[1].name: got 'dense1', needs a name that nothing before has",
    ],
    [
      'a layer without a name',
      changed({ 'layers.0.name': undefined }),
      "layers[0]: got an object with part, options, needs 'name' in it",
    ],
    [
      'an unknown part',
      changed({ 'layers.0.part': 'tense' }),
      "layers[0]: got the part 'tense', needs one of this library or of parts",
    ],
    ['the name of a method', changed({ 'layers.0.part': 'toString' }), "layers[0]: got the part 'toString'"],
    [
      'a part that is no layer',
      changed({ 'layers.0.part': 'ard', 'layers.0.options': {} }),
      'layers[0]: [ard] layer: got an object with',
    ],
    ['options of another type', changed({ 'layers.0.options': [] }), 'layers[0].options: got [], needs an object'],
    ['an option that the part refuses', changed({ 'layers.0.options.units': -1 }), 'layers[0]: [dense] units: got -1'],
    ['an unknown option', changed({ 'layers.0.options.width': 1 }), "layers[0]: [dense] options: got 'width'"],
    [
      'unknown noise',
      changed({ 'layers.0.options.noise.part': 'loud' }),
      "layers[0].options.noise: got the part 'loud'",
    ],
    [
      'an option of noise that it refuses',
      changed({ 'layers.0.options.noise.options.logVariance': 'x' }),
      "layers[0].options.noise: [meanField] logVariance: got 'x'",
    ],
    [
      'noise with another member',
      changed({ 'layers.0.options.noise.rate': 1 }),
      'layers[0].options.noise: got an object with part, options, rate, needs part',
    ],
    [
      'noise of another type',
      changed({ 'layers.0.options.noise.options': 3 }),
      'layers[0].options.noise: got an object with part, options, needs part',
    ],
    [
      'values that are too deep',
      changed({ 'layers.0.options.units': deep() }),
      'layers[0].options: got an object with units, noise, needs an object of text',
    ],
    ['values that hold themselves', changed({ 'layers.0.options.units': circle }), 'at most 32 deep'],
    [
      'numbers that are not finite',
      changed({ 'layers.0.options.units': Number.NaN }),
      'needs an object of text, finite numbers',
    ],
    ['a method', changed({ 'layers.0.options.units': () => 1 }), 'needs an object of text, finite numbers'],
    [
      'a call without inputs',
      changed({ 'calls.0.inputs': undefined }),
      "calls[0]: got an object with name, layer, needs 'inputs' in it",
    ],
    [
      'a call with too few inputs',
      changed({ 'calls.0.inputs': [] }),
      'calls[0]: [dense] inputs: got 0 values, needs 1',
    ],
    [
      'a call of an unknown layer',
      changed({ 'calls.0.layer': 'dense9' }),
      "calls[0].layer: got 'dense9', needs the name of a layer",
    ],
    [
      'a call of an unknown value',
      changed({ 'calls.0.inputs': ['c'] }),
      "calls[0].inputs[0]: got 'c', needs the name of an input or of a call before",
    ],
    ['a call that reads a later one', changed({ 'calls.0.inputs': ['add1'] }), "calls[0].inputs[0]: got 'add1'"],
    ['a call that reads itself', changed({ 'calls.0.inputs': ['dense1'] }), "calls[0].inputs[0]: got 'dense1'"],
    [
      'calls of one name',
      changed({ 'calls.1.name': 'dense1' }),
      "calls[1].name: got 'dense1', needs a name that nothing before has",
    ],
    ['a call with the name of an input', changed({ 'calls.0.name': 'a' }), "calls[0].name: got 'a', needs a name"],
    [
      'a layer that no call uses',
      changed({ 'calls.3.layer': 'add1', 'calls.3.inputs': ['a', 'b'] }),
      'layers[2]: got an object with name, part, options, needs a layer that a call uses',
    ],
    [
      'a call that no output depends on',
      changed({ 'outputs.mean': 'add1' }),
      "calls[3]: got 'dense2', needs a call that an output depends on",
    ],
    ['no outputs', changed({ outputs: {} }), 'outputs: got an object with nothing in it, needs at least one'],
    [
      'an unknown output',
      changed({ 'outputs.mean': 'dense9' }),
      "outputs.mean: got 'dense9', needs the name of an input or of a call",
    ],
    [
      'another name of a layer',
      changed({ 'layers.2.name': 'last', 'calls.3.layer': 'last' }),
      "calls[3].layer: got 'last', needs 'dense2', as the model names it",
    ],
    [
      'another name of a call',
      changed({ 'calls.3.name': 'last', 'outputs.mean': 'last' }),
      "calls[3].name: got 'last', needs 'dense2', as the model names it",
    ],
    ['noise that is null', changed({ noise: null }), 'noise: got null, needs an object'],
    [
      'an estimator without options',
      changed({ estimator: { part: 'flipout' } }),
      "estimator: got an object with part, needs 'options' in it",
    ],
    ['a divergence of another type', changed({ divergence: 'exact' }), "divergence: got 'exact', needs an object"],
  ])('is refused with %s', (_, description, text) => {
    expect(thrown(() => modelFrom(description as never))).toEqual(refused(text));
  });

  it('is refused where two layers have each other’s names', () => {
    const x = input({ shape: [3] });
    const twins = model({ inputs: x, outputs: { p: dense({ units: 1 })(x), q: dense({ units: 2 })(x) } });
    const description = JSON.parse(
      JSON.stringify(describeModel(twins))
        .replaceAll('dense1', '§')
        .replaceAll('dense2', 'dense1')
        .replaceAll('§', 'dense2'),
    );
    expect(thrown(() => modelFrom(description))).toEqual(refused("calls[0].layer: got 'dense2', needs 'dense1'"));
  });

  it('is refused by the model where shapes do not fit', () => {
    expect(thrown(() => modelFrom(changed({ 'inputs.0.shape': [2, 2, 2], 'layers.1.part': 'concatenate' })))).toEqual(
      refused('[concatenate1]', 'VARDROP_SHAPE'),
    );
  });

  it('cannot name what objects inherit', () => {
    const text = JSON.stringify(changed({})).replace('"logVariance":-5', '"__proto__":{"logVariance":-5}');
    expect(thrown(() => modelFrom(JSON.parse(text)))).toEqual(refused("[meanField] options: got '__proto__'"));
  });
});

describe('parts of one’s own', () => {
  const quiet = (options: { readonly factor?: number } = {}): NoNoise => ({
    ...noNoise(),
    name: 'quiet',
    recipe: { part: 'quiet', options },
  });
  const scaled = (options: { readonly by: readonly number[]; readonly inner?: NoiseModel }) =>
    defineLayer({
      kind: 'scaled',
      recipe: { part: 'scaled', options },
      build: (name, [shape]) => ({
        ...{ name, kind: 'scaled', inputShapes: [shape], outputShape: shape, parameters: [] },
        apply: (b, [x]) => b.mul(x, options.by[0]),
      }),
    });
  const parts = { quiet, scaled };
  const sample = (options: object) =>
    sequential({ input: [2], layers: [scaled({ by: [2], ...options }), dense({ units: 3, noise: quiet() })] });

  it('are made by the functions that are handed in', () => {
    const made = again(sample({ by: [0.5, -0], inner: bernoulli({ rate: 0.25 }) }), { parts });
    expect(made.layers.map(({ kind }) => kind)).toEqual(['scaled', 'dense']);
    expect(describeModel(made).layers[0]).toEqual({
      name: 'scaled1',
      part: 'scaled',
      options: { by: [0.5, 0], inner: { part: 'bernoulli', options: { rate: 0.25 } } },
    });
  });

  it('go before those of the library', () => {
    const seen: object[] = [];
    const own = (options: object) => {
      seen.push(options);
      return dense({ units: 7 });
    };
    const { outputShape } = again(sequential({ input: [2], layers: [dense({ units: 3 })] }), { parts: { dense: own } });
    expect([outputShape, seen]).toEqual([[7], [{ units: 3 }]]);
  });

  it('are refused unless they are functions', () => {
    const description = describeModel(wholeModel());
    for (const given of [null, 1, 'dense', { quiet: 1 }])
      expect(thrown(() => modelFrom(description, { parts: given as never }))).toEqual(
        refused('[modelFrom] parts', 'VARDROP_OPTION'),
      );
  });

  test.each([
    ['a layer without a recipe', { ...scaled({ by: [1] }) }, "layers.scaled1: got 'scaled' without a recipe"],
    [
      'noise without a recipe',
      dense({ units: 2, noise: { ...quiet(), recipe: undefined } }),
      "layers.dense1.options.noise: got 'quiet' without a recipe",
    ],
    [
      'a divergence without a recipe',
      dense({ units: 2, noise: meanField(), divergence: { ...gaussianPrior() } }),
      "options.divergence: got 'gaussian' without a recipe",
    ],
    [
      'an estimator without a recipe',
      dense({ units: 2, estimator: { ...flipout(), recipe: {} as never } }),
      "options.estimator: got 'flipout' without a recipe",
    ],
    [
      'typed arrays',
      scaled({ by: Float32Array.of(1) as never }),
      'options.by: got a Float32Array of 4 bytes, needs text, finite numbers',
    ],
    [
      'numbers that are not finite',
      scaled({ by: [1, Number.POSITIVE_INFINITY] }),
      'layers.scaled1.options.by[1]: got Infinity, needs text, finite numbers',
    ],
    ['big integers', scaled({ by: [1n as never] }), 'options.by[0]: got 1n'],
    ['dates', scaled({ by: [new Date(0) as never] }), 'options.by[0]: got a Date'],
    ['nothing in a list', scaled({ by: [undefined as never] }), 'options.by[0]: got nothing'],
    [
      'options that look like parts',
      scaled({ by: { part: 'a' } as never }),
      "options.by: got an option with the property 'part'",
    ],
  ])('are refused with %s', (_, layer, text) => {
    expect(thrown(() => describeModel(sequential({ input: [2], layers: [layer] })))).toEqual(refused(text));
  });

  it('are refused with options that hold themselves', () => {
    const by: unknown[] = [];
    by.push(by);
    const made = sequential({ input: [2], layers: [scaled({ by: by as never })] });
    expect(thrown(() => describeModel(made))).toEqual(refused('values more than 32 deep'));
  });
});

it('describes options as they were when the part was made', () => {
  const options = { units: 3 };
  const rate = { rate: 0.1 };
  const made = sequential({ input: [2], layers: [dense(options)], noise: bernoulli(rate) });
  options.units = 4;
  rate.rate = 0.2;
  expect(describeModel(made)).toMatchObject({ layers: [{ options: { units: 3 } }], noise: { options: { rate: 0.1 } } });
});

it('does not take a changed copy for its original', () => {
  const louder = { ...meanField(), name: 'louder' };
  const layers = [dense({ units: 3, noise: louder })];
  expect(thrown(() => describeModel(sequential({ input: [2], layers })))).toEqual(refused("'louder' without a recipe"));
  const renamed = { ...dense({ units: 3 }), name: 'late' };
  expect(thrown(() => describeModel(sequential({ input: [2], layers: [renamed] })))).toEqual(
    refused("layers.late: got 'late' without a recipe"),
  );
});

it('tells no divergence from the usual one', () => {
  const given = [undefined, null, gaussianPrior()] as const;
  const made = given.map((divergence) =>
    sequential({
      input: [2],
      layers: [dense({ units: 3, noise: meanField() })],
      ...(divergence !== undefined && { divergence }),
    }),
  );
  expect(made.map((one) => describeModel(one).divergence)).toEqual([
    undefined,
    null,
    { part: 'gaussianPrior', options: {} },
  ]);
});

it.each(['describeModel', 'modelFrom'] as const)('%s says what it got in place of a model', (name) => {
  const act = name === 'describeModel' ? describeModel : modelFrom;
  expect(thrown(() => act(Promise.resolve() as never))).toEqual(
    refused('got a promise', name === 'describeModel' ? 'VARDROP_MODEL' : 'VARDROP_DESCRIPTION'),
  );
});

describe('layersFrom', () => {
  const [first] = describeModel(wholeModel()).layers;

  it('makes the layers of a description, which a model names anew', () => {
    const { layers } = describeModel(sequential({ input: [3], layers: [dense({ units: 4 }), dense({ units: 2 })] }));
    const made = sequential({ input: [5], layers: layersFrom(JSON.parse(JSON.stringify(layers))) });
    expect(made.layers.map(({ name, outputShape }) => [name, ...outputShape])).toEqual([
      ['dense1', 4],
      ['dense2', 2],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no list', { layers: [] }, '[layersFrom] layers: got an object with layers, needs a list'],
    ['no options', [{ part: 'dense' }], "layers[0]: got an object with part, needs 'options' in it"],
    ['another member', [first, { ...first, kind: 'dense' }], "layers[1].kind: got 'dense', needs no such member"],
    ['an unknown part', [{ part: 'dens', options: {} }], "layers[0]: got the part 'dens'"],
    ['no layer', [first, { part: 'noNoise', options: {} }], 'layers[1]: '],
    ['options that are refused', [{ part: 'dense', options: { units: 0 } }], 'layers[0]: '],
  ])('refuses %s', (_, layers, message) => {
    expect(thrown(() => layersFrom(layers))).toEqual(refused(message));
  });

  it('takes parts of one’s own', () => {
    const own = { mine: ({ units }: { readonly units: number }) => dense({ units, name: 'own' }) };
    const [layer] = layersFrom([{ part: 'mine', options: { units: 3 } }], { parts: own });
    expect(sequential({ input: [2], layers: [layer] }).layers[0].name).toBe('own');
    expect(thrown(() => layersFrom([], { parts: 7 as never }))).toEqual(
      refused('[layersFrom] parts: got 7', 'VARDROP_OPTION'),
    );
  });
});
