import fc from 'fast-check';
import { combinations } from '../../src/combinations.js';
import type { Divergence, Estimator, InputKind, NoiseModel } from '../../src/index.js';
import {
  bernoulli,
  bernoulliLearned,
  type GruOptions,
  gaussianDropout,
  gaussianPrior,
  gru,
  meanField,
  noNoise,
  variationalDropout,
} from '../../src/index.js';

/** What a layer is tried on: its number of inputs, and options of all kinds. */
export interface LayerSample {
  /** Shapes of the inputs that the sample fits; other inputs may fit too. */
  readonly inputs: readonly (readonly number[])[];
  readonly options: fc.Arbitrary<object>;
  /** What the inputs' numbers are. Default: numbers. */
  readonly kind?: InputKind;
}

const valid = combinations().filter(({ refusal }) => refusal === undefined);

// JSON has no −0.
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);

/** Noise, estimator and divergence that go together, each with options. */
export const noiseOptions: fc.Arbitrary<{
  readonly noise?: NoiseModel;
  readonly estimator?: Estimator;
  readonly divergence?: Divergence | null;
}> = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...valid).map(({ noise, estimator, divergence }) => ({ noise, estimator, divergence })),
  fc.constantFrom(...valid).map(({ noise, estimator }) => ({ noise, estimator })),
  fc.record({
    noise: fc.oneof(
      number(0.1, 0.45).chain((rate) =>
        fc.constantFrom(
          variationalDropout({ type: 'A', alpha: 'input', rate }),
          bernoulli({ rate }),
          bernoulliLearned({ rate, temperature: rate / 2 }),
          gaussianDropout({ type: 'A', rate }),
        ),
      ),
    ),
  }),
  fc
    .tuple(number(-12, -1), number(0.1, 3))
    .map(([logVariance, sigma]) => ({ noise: meanField({ logVariance }), divergence: gaussianPrior({ sigma }) })),
);

const unit = fc.integer({ min: 1, max: 3 });
const name = fc.constantFrom('first', 'second', 'third');
const pair = fc.oneof(unit, fc.tuple(unit, unit));
const activations = fc.constantFrom(
  'linear',
  'relu',
  'leakyRelu',
  'elu',
  'sigmoid',
  'tanh',
  'softplus',
  'gelu',
  'silu',
);
const initializers = fc.oneof(
  fc.constantFrom('he', 'glorot'),
  fc.record({ kind: fc.constant('normal'), deviation: number(0.01, 1) }),
);

/** Options, some of which are left out, with noise. */
function linear(required: Record<string, fc.Arbitrary<unknown>>, optional: Record<string, fc.Arbitrary<unknown>> = {}) {
  const common = { name, bias: fc.boolean(), initializer: initializers, sharedNoise: fc.constant('anew') };
  const options = some(required, { ...common, ...optional });
  return fc.tuple(options, noiseOptions).map(([own, noise]) => ({ ...own, ...noise }));
}

function some(required: Record<string, fc.Arbitrary<unknown>>, optional: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) });
}

const image = [5, 6, 2];
const steps = [5, 2];
const padding = fc.constantFrom('valid', 'same');
const named = some({}, { name });
const merged = [
  [2, 3],
  [2, 3],
];
const edge = fc.nat({ max: 2 });
const edges = fc.tuple(edge, edge);
const imageEdges = fc.oneof(edge, edges, fc.tuple(edges, edges));
const pooling = some({}, { name, size: pair, strides: pair, padding });
const stepsPooling = some({}, { name, size: unit, strides: unit, padding });
const convolution = { strides: pair, padding, activation: activations };
const dilated = { ...convolution, dilations: pair };
const stepsConvolution = { strides: unit, padding, activation: activations };
const multiplier = fc.integer({ min: 1, max: 2 });
const groups = fc.constantFrom(1, 2);

const recurrent = {
  returns: fc.constantFrom('last', 'sequence'),
  reverse: fc.boolean(),
  recurrentInitializer: fc.oneof(initializers, fc.constant('orthogonal')),
};
const gruOptions = linear({ units: unit }, { ...recurrent, resetAfter: fc.boolean() }) as fc.Arbitrary<GruOptions>;
const nested = gruOptions.map((options) => gru({ noise: noNoise(), ...options, estimator: undefined }));

const norm = { name, epsilon: number(1e-6, 0.1), scale: fc.boolean(), shift: fc.boolean() };
const table = (required: Record<string, fc.Arbitrary<unknown>>) =>
  linear(required).map((options) =>
    Object.fromEntries(Object.entries(options).filter(([option]) => option !== 'bias')),
  );
const heads = { size: unit, units: unit, causal: fc.boolean() };

/** Every layer of core by the name of its function. */
export const layerSamples: Readonly<Record<string, LayerSample>> = {
  activation: { inputs: [[3]], options: fc.record({ kind: activations }) },
  add: { inputs: merged, options: named },
  averagePooling1d: { inputs: [steps], options: stepsPooling },
  averagePooling2d: { inputs: [image], options: pooling },
  batchNorm: { inputs: [steps], options: some({}, { ...norm, updateRate: number(0.01, 0.9) }) },
  bidirectional: {
    inputs: [steps],
    options: some({ layer: nested }, { name, merge: fc.constantFrom('concatenate', 'sum') }),
  },
  concatenate: { inputs: merged, options: some({}, { name, axis: fc.constantFrom(-1, 1, 2) }) },
  conv1d: {
    inputs: [steps],
    options: linear({ filters: unit, size: unit }, { ...stepsConvolution, dilations: unit, groups }),
  },
  conv1dTranspose: { inputs: [steps], options: linear({ filters: unit, size: unit }, stepsConvolution) },
  conv2d: { inputs: [image], options: linear({ filters: unit, size: pair }, { ...dilated, groups }) },
  conv2dTranspose: { inputs: [image], options: linear({ filters: unit, size: pair }, convolution) },
  cropping1d: { inputs: [steps], options: some({}, { name, cropping: fc.oneof(edge, edges) }) },
  cropping2d: { inputs: [image], options: some({}, { name, cropping: imageEdges }) },
  dense: { inputs: [[3]], options: linear({ units: unit }, { activation: activations }) },
  depthwiseConv2d: { inputs: [image], options: linear({ size: pair }, { ...dilated, multiplier }) },
  embedding: { inputs: [[4]], kind: 'integers', options: table({ rows: fc.integer({ min: 5, max: 9 }), units: unit }) },
  fourierFeatures: { inputs: [[3]], options: some({ units: unit }, { name, lengthScale: number(0.1, 3) }) },
  flatten: { inputs: [image], options: named },
  globalAveragePooling1d: { inputs: [steps], options: named },
  globalAveragePooling2d: { inputs: [image], options: named },
  globalMaxPooling1d: { inputs: [steps], options: named },
  globalMaxPooling2d: { inputs: [image], options: named },
  groupNorm: { inputs: [image], options: some({ groups: fc.constantFrom(1, 2) }, norm) },
  gru: { inputs: [steps], options: gruOptions },
  layerNorm: { inputs: [steps], options: some({}, norm) },
  lstm: { inputs: [steps], options: linear({ units: unit }, recurrent) },
  maxPooling1d: { inputs: [steps], options: stepsPooling },
  maxPooling2d: { inputs: [image], options: pooling },
  multiHeadAttention: { inputs: [steps, [6, 3]], options: linear({ heads: unit }, heads) },
  multiply: { inputs: merged, options: named },
  padding1d: { inputs: [steps], options: some({}, { name, padding: fc.oneof(edge, edges) }) },
  padding2d: { inputs: [image], options: some({}, { name, padding: imageEdges }) },
  permute: { inputs: [image], options: some({ axes: fc.constantFrom([2, 1, 3], [3, 1, 2]) }, { name }) },
  positionEmbedding: { inputs: [steps], options: table({ length: fc.integer({ min: 5, max: 9 }) }) },
  prelu: { inputs: [image], options: some({}, { name, slope: number(-1, 1) }) },
  reshape: { inputs: [[6]], options: some({ shape: fc.constantFrom([2, 3], [-1, 2]) }, { name }) },
  rmsNorm: { inputs: [steps], options: some({}, { name, epsilon: norm.epsilon, scale: norm.scale }) },
  separableConv2d: { inputs: [image], options: linear({ filters: unit, size: pair }, { ...dilated, multiplier }) },
  simpleRnn: {
    inputs: [steps],
    options: linear({ units: unit }, { ...recurrent, activation: fc.constantFrom('tanh', 'relu') }),
  },
  sinusoidalPositions: { inputs: [steps], options: named },
  upsampling1d: { inputs: [steps], options: some({}, { name, size: unit }) },
  upsampling2d: {
    inputs: [image],
    options: some({}, { name, size: pair, interpolation: fc.constantFrom('nearest', 'bilinear') }),
  },
};
