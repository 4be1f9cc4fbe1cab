import fc from 'fast-check';
import { combinations } from '../../src/combinations.js';
import type { Divergence, Estimator, InputKind, NoiseModel } from '../../src/index.js';
import {
  bernoulli,
  bernoulliLearned,
  gaussianDropout,
  gaussianPrior,
  meanField,
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

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

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
      fc
        .double({ min: 0.1, max: 0.45 })
        .chain((rate) =>
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
const padding = fc.constantFrom('valid', 'same');
const pooling = some({}, { name, size: pair, strides: pair, padding });

/** Every layer of core by the name of its function. */
export const layerSamples: Readonly<Record<string, LayerSample>> = {
  activation: { inputs: [[3]], options: fc.record({ kind: activations }) },
  add: {
    inputs: [
      [2, 3],
      [2, 3],
    ],
    options: some({}, { name }),
  },
  averagePooling2d: { inputs: [image], options: pooling },
  concatenate: {
    inputs: [
      [2, 3],
      [2, 3],
    ],
    options: some({}, { name, axis: fc.constantFrom(-1, 1, 2) }),
  },
  conv2d: {
    inputs: [image],
    options: linear({ filters: unit, size: pair }, { strides: pair, padding, activation: activations }),
  },
  dense: { inputs: [[3]], options: linear({ units: unit }, { activation: activations }) },
  flatten: { inputs: [image], options: some({}, { name }) },
  maxPooling2d: { inputs: [image], options: pooling },
  multiply: {
    inputs: [
      [2, 3],
      [2, 3],
    ],
    options: some({}, { name }),
  },
};
