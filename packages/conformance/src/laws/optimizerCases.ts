import { conv2d, dense, flatten, type Optimizer, sequential, sparseVariational } from '@vardrop/core';
import { optimizerFixture } from '../data/optimizerFixture.js';
import { coreOptimizers, type Optimizers } from '../models.js';

/** An optimizer, and what another library makes of the same numbers. */
export interface OptimizerCase {
  readonly name: string;
  readonly optimizer: Optimizer;
  /** The schedule's factor at a step, from 0. */
  readonly factor: (step: number) => number;
}

const weights = (name: string) => name.endsWith('weights');
const biases = (name: string) => name.endsWith('bias');
const level = () => 1;
const falling = (step: number) => 1 / (1 + 0.1 * step);

const threeGroups = ({ adam, parameterGroups, sgd }: Optimizers) =>
  parameterGroups([
    { parameters: weights, optimizer: adam({ learningRate: 0.01 }) },
    { parameters: biases, optimizer: sgd({ learningRate: 0.2 }) },
    { parameters: () => true, optimizer: 'frozen' },
  ]);

/** Cases by the names of scripts/reference/optimizers.py. */
const optimizers: Readonly<Record<string, (of: Optimizers) => Optimizer>> = {
  sgd: ({ sgd }) => sgd({ learningRate: 0.1 }),
  'sgd, momentum': ({ sgd }) => sgd({ learningRate: 0.05, momentum: 0.9 }),
  'sgd, Nesterov': ({ sgd }) => sgd({ learningRate: 0.05, momentum: 0.8, nesterov: true }),
  adam: ({ adam }) => adam(),
  'adam, other numbers': ({ adam }) => adam({ learningRate: 0.02, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }),
  'adam, scheduled': ({ adam }) => adam({ learningRate: 0.05 }),
  'adamW, all decay': ({ adamW }) => adamW({ learningRate: 0.01, weightDecay: 0.1, decay: () => true }),
  'adamW, weights decay': ({ adamW }) => adamW({ learningRate: 0.02, weightDecay: 0.3 }),
  rmsprop: ({ rmsprop }) => rmsprop(),
  'rmsprop, momentum': ({ rmsprop }) => rmsprop({ learningRate: 0.002, decay: 0.9, momentum: 0.7 }),
  'rmsprop, centred': ({ rmsprop }) => rmsprop({ epsilon: 1e-3, centred: true }),
  'rmsprop, centred, momentum': ({ rmsprop }) =>
    rmsprop({ learningRate: 0.003, decay: 0.95, epsilon: 0.01, momentum: 0.5, centred: true }),
  'clipped by value': ({ chain, clipByValue, sgd }) => chain(clipByValue(0.25), sgd({ learningRate: 0.3 })),
  'groups of two rates': ({ parameterGroups, sgd }) =>
    parameterGroups([
      { parameters: weights, optimizer: sgd({ learningRate: 0.5, momentum: 0.8 }) },
      { parameters: () => true, optimizer: sgd({ learningRate: 0.01, momentum: 0.8 }) },
    ]),
  lion: ({ lion }) => lion({ learningRate: 1e-3 }),
  'lion, weights decay': ({ lion }) => lion({ learningRate: 0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.2 }),
  'clipped by norm, adamW': ({ adamW, chain, clipByGlobalNorm }) =>
    chain(clipByGlobalNorm(1), adamW({ learningRate: 0.01, weightDecay: 0.1 })),
  'clipped by norm, momentum': ({ chain, clipByGlobalNorm, sgd }) =>
    chain(clipByGlobalNorm(3), sgd({ learningRate: 0.1, momentum: 0.9 })),
  'groups, one of them frozen': threeGroups,
  'adam, averaged': ({ adam, chain, movingAverage }) =>
    chain(adam({ learningRate: 0.02 }), movingAverage({ decay: 0.9 })),
  'groups, averaged': (of) => of.chain(threeGroups(of), of.movingAverage({ decay: 0.98 })),
};

/** Every case of the fixture, of these functions. */
export const optimizerCases = (of: Optimizers = coreOptimizers): readonly OptimizerCase[] =>
  optimizerFixture.cases.map(({ name }) => ({
    name,
    optimizer: optimizers[name](of),
    factor: name === 'adam, scheduled' || name === 'adamW, weights decay' ? falling : level,
  }));

/** The network that has the parameters of the fixture. */
export const optimizerModel = () =>
  sequential({
    input: [2, 3, 1],
    layers: [
      conv2d({ name: 'a', filters: 2, size: 2 }),
      flatten(),
      dense({ name: 'b', units: 3, noise: sparseVariational() }),
    ],
  });

/** The gradients of a step, from 0, by the names of parameters. */
export function optimizerGradients(step: number): Readonly<Record<string, Float32Array>> {
  const { exponents, gradients } = optimizerFixture;
  return Object.fromEntries(
    Object.entries(gradients).map(([name, steps]) => [
      name,
      Float32Array.from(steps[step], (whole, i) => whole * 2 ** exponents[name][i]),
    ]),
  );
}
