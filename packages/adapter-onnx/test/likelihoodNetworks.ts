import {
  binary,
  categorical,
  dense,
  gaussian,
  input,
  type Likelihood,
  laplace,
  type Model,
  meanField,
  model,
  ordinal,
  poisson,
  sequential,
  studentT,
} from '@vardrop/core';

const noise = meanField({ logVariance: -5 });

/** Every likelihood, with each source of its spread. */
const likelihoods: Readonly<Record<string, readonly [units: number, likelihood: Likelihood]>> = {
  'smoothed labels': [4, categorical({ labelSmoothing: 0.1 })],
  'yes or no': [3, binary()],
  'ordered classes': [1, ordinal({ classes: 4 })],
  'two ordered classes': [1, ordinal({ classes: 2 })],
  counts: [3, poisson({ missing: 'skip' })],
  'variances of the network': [4, gaussian({ variance: 'output', beta: 0.5 })],
  'given variances': [2, gaussian({ variance: [0.5, 2] })],
  'Laplace noise': [3, laplace()],
  'scales of the network': [4, laplace({ scale: 'output' })],
  't noise': [2, studentT({ scale: 0.5 })],
  't noise, all learned': [3, studentT({ degreesOfFreedom: 'learned', logScale: -1 })],
};

/** A network with each of them, and one with several. */
export const likelihoodNetworks: readonly { readonly name: string; readonly of: Model }[] = [
  ...Object.entries(likelihoods).map(([name, [units, likelihood]]) => ({
    name,
    of: sequential({
      input: [5],
      layers: [dense({ units: 6, activation: 'tanh' }), dense({ units })],
      noise,
      likelihood,
    }),
  })),
  { name: 'several likelihoods', of: several() },
];

/** Yes or no for each step, and counts. */
function several(): Model {
  const x = input({ shape: [3, 4] });
  const hidden = dense({ units: 5, activation: 'tanh' })(x);
  const outputs = { tags: dense({ units: 2 })(hidden), counts: dense({ units: 1 })(hidden) };
  return model({ inputs: x, outputs, noise, likelihood: { tags: binary(), counts: poisson() } });
}
