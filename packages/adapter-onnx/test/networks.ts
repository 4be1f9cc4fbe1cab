import {
  adam,
  bernoulli,
  bernoulliLearned,
  conv2d,
  dense,
  flatten,
  flipout,
  gaussian,
  initialState,
  type Likelihood,
  type Model,
  maxPooling2d,
  separateSamples,
  sequential,
  singleSample,
  sparseVariational,
  type TensorMap,
  variationalDropout,
} from '@vardrop/core';
import { elementCount } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';

/** A network with parameters and inputs to predict. */
export interface Example {
  readonly name: string;
  readonly model: Model<Likelihood<'labels'> | Likelihood<'values'>>;
  readonly parameters: TensorMap;
  readonly inputs: Float32Array;
  readonly rows: number;
}

/** The same with several inputs and outputs. `parameters` has what the model carries too. */
export interface GraphExample extends Omit<Example, 'model' | 'inputs'> {
  readonly model: Model;
  readonly inputs: Float32Array | Readonly<Record<string, Float32Array>>;
}

/** A network whose parameters are those before training, with biases moved off 0. */
function example(name: string, model: Example['model'], rows = 7): Example {
  const { parameters } = initialState(model, adam(), 3);
  const moved = Object.entries(parameters).map(([parameter, { shape, data }], i) => [
    parameter,
    { shape, data: data.map((value, at) => value + 0.1 * random.normal(random.key(i), data.length)[at]) },
  ]);
  const size = elementCount(model.inputShape);
  return {
    name,
    model,
    parameters: Object.fromEntries(moved),
    inputs: random.normal(random.key(77), rows * size),
    rows,
  };
}

const layers = [dense({ units: 16, activation: 'relu' }), dense({ units: 5 })] as const;
const noise = sparseVariational({ logVariance: -4 });

/** One network for each way in which noise enters a program, and one for each likelihood. */
export const examples: readonly Example[] = [
  example('local', sequential({ input: [12], noise, layers })),
  example('input noise', sequential({ input: [12], noise: variationalDropout({ type: 'A', alpha: 'input' }), layers })),
  example('binary', sequential({ input: [12], noise: bernoulli({ rate: 0.3 }), layers })),
  example('relaxed mask', sequential({ input: [12], noise: bernoulliLearned({ rates: 'input', rate: 0.4 }), layers })),
  example('one weight sample', sequential({ input: [12], noise, estimator: singleSample(), layers })),
  example('weight samples', sequential({ input: [12], noise, estimator: separateSamples(), layers })),
  example('flipout', sequential({ input: [12], noise, estimator: flipout(), layers })),
  example('regression', sequential({ input: [12], noise, layers, likelihood: gaussian({ logVariance: -1 }) })),
  example(
    'images',
    sequential({
      input: [8, 8, 2],
      noise,
      layers: [
        conv2d({ filters: 4, size: 3, activation: 'relu' }),
        maxPooling2d({ size: 2 }),
        flatten(),
        dense({ units: 4 }),
      ],
    }),
  ),
];
