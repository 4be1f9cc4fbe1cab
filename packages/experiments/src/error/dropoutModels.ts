import {
  bernoulli,
  dense,
  gaussianDropout,
  type Likelihood,
  logUniformCubic,
  type Model,
  type NoiseModel,
  noNoise,
  sequential,
  variationalDropout,
} from '@vardrop/core';
import { fasterRates } from './fasterRates.js';

/** The models of figure 1a. */
export type DropoutName =
  | 'none'
  | 'binary'
  | 'gaussian-a'
  | 'variational-a'
  | 'variational-a2'
  | 'gaussian-b'
  | 'variational-b';

/** One model of figure 1a. */
export interface DropoutModel {
  readonly label: string;
  /** The noise of a layer with the given (initial) dropout rate. */
  readonly noise: (rate: number) => NoiseModel;
  /** β, the weight of the KL; absent if the noise learns nothing. */
  readonly klWeight?: number;
}

/** Dropout rates of the figure on the input and on hidden units: fixed, or initial if they are learned. */
export const dropoutRates = { input: 0.2, hidden: 0.5 } as const;

/** What one learned α belongs to. The paper does not say which of its choices the figure shows. */
export const learnedAlpha = 'input';

/** The factor by which ρ, with α = sigmoid(ρ), learns faster than the weights. */
export const rateSpeed = 10;

/** The models of figure 1a, in the order of its legend. */
export const dropoutModels: Readonly<Record<DropoutName, DropoutModel>> = {
  none: { label: 'none', noise: () => noNoise() },
  binary: { label: 'binary dropout', noise: (rate) => bernoulli({ rate }) },
  'gaussian-a': { label: 'Gaussian A', noise: (rate) => gaussianDropout({ type: 'A', rate }) },
  'variational-a': {
    label: 'variational A',
    noise: learned('A'),
    klWeight: 1,
  },
  'variational-a2': {
    label: 'variational A2',
    noise: learned('A'),
    klWeight: 1 / 3,
  },
  'gaussian-b': { label: 'Gaussian B', noise: (rate) => gaussianDropout({ type: 'B', rate }) },
  'variational-b': {
    label: 'variational B',
    noise: learned('B'),
    klWeight: 1,
  },
};

function learned(type: 'A' | 'B'): DropoutModel['noise'] {
  return (rate) =>
    fasterRates(
      type === 'A'
        ? variationalDropout({ type, alpha: learnedAlpha, rate })
        : variationalDropout({ type, alpha: learnedAlpha, rate }),
      rateSpeed,
    );
}

/** Their names. */
export const dropoutNames = Object.keys(dropoutModels) as readonly DropoutName[];

/** Hidden layers of the figure's networks. */
export const hiddenLayers = 3;

/** The network of figure 1a: hidden layers of ReLU units, noise on the input of every layer or on its weights. */
export function dropoutNetwork(
  name: DropoutName,
  shape: { readonly inputs: number; readonly width: number; readonly classes: number },
): Model<Likelihood<'labels'>> {
  const { noise, klWeight } = dropoutModels[name];
  const units = [...new Array<number>(hiddenLayers).fill(shape.width), shape.classes];
  return sequential({
    input: [shape.inputs],
    layers: units.map((count, i) =>
      dense({
        units: count,
        activation: i < hiddenLayers ? 'relu' : 'linear',
        noise: noise(i === 0 ? dropoutRates.input : dropoutRates.hidden),
        divergence: klWeight === undefined ? null : logUniformCubic(),
      }),
    ),
  });
}
