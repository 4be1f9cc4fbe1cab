import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Activation,
  activation,
  averagePooling2d,
  conv2d,
  dense,
  flatten,
  type LayerDefinition,
  type Model,
  mask,
  maxPooling2d,
  prune,
  sequential,
  sparseVariational,
} from '../../src/index.js';
import {
  expectLaw,
  foldedBiases,
  forward,
  noisyLayers,
  randomParameters,
  rows,
  scramble,
  threshold,
} from './helpers.js';

const activations: readonly Activation[] = ['relu', 'linear'];

/** A layer of one's own that keeps units: a factor and a shift of its own for each index of the last axis. */
const affine: LayerDefinition = {
  kind: 'affine',
  build: (name, [inputShape]) => ({
    name,
    kind: 'affine',
    inputShapes: [inputShape],
    outputShape: inputShape,
    parameters: ['scale', 'shift'].map((own) => ({
      name: own,
      shape: inputShape.slice(-1),
      initialize: { kind: 'constant', value: 1 },
    })),
    units: 'kept',
    apply: (b, [x], { scale, shift }) => b.add(b.mul(x, scale), shift),
  }),
};

/** A layer of one's own that spreads units: its inputs three times. */
const thrice: LayerDefinition = {
  kind: 'thrice',
  build: (name, [[length]]) => ({
    name,
    kind: 'thrice',
    inputShapes: [[length]],
    outputShape: [3 * length],
    parameters: [],
    units: 'spread',
    apply: (b, [x]) =>
      b.reshape(b.broadcast(b.reshape(x, ['batch', 1, length]), ['batch', 3, length]), ['batch', 3 * length]),
  }),
};

/** A layer of one's own that mixes units and says nothing: sums over neighbours. */
const mixing: LayerDefinition = {
  kind: 'mixing',
  build: (name, [inputShape]) => ({
    name,
    kind: 'mixing',
    inputShapes: [inputShape],
    outputShape: inputShape,
    parameters: [],
    apply: (b, [x]) => b.add(x, b.reduceMax(x, [x.shape.length - 1], true)),
  }),
};

const stack = (...layers: readonly LayerDefinition[]) =>
  fc.array(
    fc.constantFrom(...layers).map((layer) => ({ ...layer })),
    { maxLength: 2 },
  );
const vectors = stack(activation('relu'), activation('linear'), affine, thrice, mixing);

const denseModels = fc
  .record({
    units: fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 3, maxLength: 3 }),
    kinds: fc.array(fc.constantFrom(...activations), { minLength: 3, maxLength: 3 }),
    bias: fc.array(fc.constantFrom(true, true, false), { minLength: 3, maxLength: 3 }),
    middle: fc.tuple(vectors, vectors, stack(activation('relu'), affine, mixing)),
    noisy: noisyLayers(4),
  })
  .map(({ units, kinds, bias, middle, noisy: noise }) =>
    sequential({
      input: [4],
      layers: [
        dense({ units: units[0], activation: kinds[0], ...noise[0] }),
        ...middle[0],
        dense({ units: units[1], activation: kinds[1], bias: bias[1], ...noise[1] }),
        ...middle[1],
        dense({ units: units[2], bias: bias[2], ...noise[2] }),
        ...middle[2],
      ],
    }),
  );

const padding = fc.constantFrom('same' as const, 'valid' as const);
const images = stack(
  activation('relu'),
  activation('linear'),
  affine,
  mixing,
  ...(['same', 'valid'] as const).flatMap((pad) => [
    maxPooling2d({ padding: pad, strides: 1 }),
    averagePooling2d({ padding: pad, strides: [1, 2] }),
  ]),
);
const convolutions = fc
  .record({
    filters: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
    size: fc.integer({ min: 1, max: 2 }),
    strides: fc.integer({ min: 1, max: 2 }),
    padding,
    middle: fc.tuple(images, images, vectors, vectors),
    bias: fc.boolean(),
    units: fc.integer({ min: 1, max: 4 }),
    noisy: noisyLayers(4),
  })
  .map((options) =>
    sequential({
      input: [6, 7, 2],
      layers: [
        conv2d({
          filters: options.filters[0],
          size: 2,
          activation: 'relu',
          padding: options.padding,
          ...options.noisy[0],
        }),
        ...options.middle[0],
        conv2d({
          filters: options.filters[1],
          size: options.size,
          strides: options.strides,
          padding: options.padding,
          bias: options.bias,
          ...options.noisy[1],
        }),
        activation('relu'),
        maxPooling2d({ padding: 'same', strides: 1 }),
        ...options.middle[1].filter(({ kind }) => !kind.endsWith('Pooling2d')),
        flatten(),
        ...options.middle[2],
        dense({ units: options.units, activation: 'relu', ...options.noisy[2] }),
        ...options.middle[3],
        dense({ units: 2, ...options.noisy[3] }),
      ],
    }),
  );

describe.each([
  ['dense layers', denseModels as fc.Arbitrary<Model>, 250],
  ['convolutions', convolutions as fc.Arbitrary<Model>, 100],
] as const)('pruned %s', (_, models, numRuns) => {
  it('compute what the masked model computes, with means and with the same noise', () => {
    let removed = 0;
    let folded = 0;
    let extra = 0;
    fc.assert(
      fc.property(models, fc.integer({ min: 0, max: 60000 }), (model, seed) => {
        const parameters = randomParameters(model, seed);
        const { pruned, forMeans } = expectLaw(model, parameters, seed);
        extra += forMeans.report.unitsRemoved - pruned.report.unitsRemoved;
        removed += pruned.report.unitsRemoved;
        folded += foldedBiases(parameters, pruned);
      }),
      { numRuns, seed: 1 },
    );
    // So that the law is not kept by doing nothing.
    expect(removed).toBeGreaterThan(numRuns / 2);
    expect(folded).toBeGreaterThan(numRuns / 20);
    expect(extra).toBeGreaterThan(numRuns / 20);
  }, 30_000);
});

describe('folded constants of any activation', () => {
  it('change the means by no more than the rounding of the biases', () => {
    // All of slope at most 1.
    const kinds: readonly Activation[] = ['relu', 'leakyRelu', 'elu', 'sigmoid', 'tanh', 'softplus', 'linear'];
    let folded = 0;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 60000 }), (kind, seed) => {
        const model = sequential({
          input: [3],
          layers: [
            dense({ units: 5, activation: kind, noise: sparseVariational() }),
            dense({ units: 4, activation: kind }),
            dense({ units: 2 }),
          ],
        });
        const parameters = randomParameters(model, seed);
        const { model: smaller, parameters: after } = prune(model, parameters, { threshold });
        const masked = mask(model, parameters, { threshold });
        const draw = scramble(seed, 'x');
        const x = Float32Array.from({ length: rows * 3 }, (_, i) => 4 * draw(i) - 2);
        // Biases of the second and third layer are rounded. Errors of the second pass through the third's weights, of at most 1.
        const [second, third] = ['dense2', 'dense3'].map((layer) =>
          Math.max(...after[`${layer}/bias`].data.map(Math.abs)),
        );
        const bound = (4 * second + third) * 2 ** -24 + 1e-12;
        const expected = forward(model, masked, x, 'mean');
        forward(smaller, after, x, 'mean').forEach((value, i) => {
          expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(bound);
        });
        if (after['dense2/bias'].data.some((value, j) => value !== parameters['dense2/bias'].data[j])) folded++;
      }),
      { numRuns: 200, seed: 2 },
    );
    expect(folded).toBeGreaterThan(50);
  });
});
