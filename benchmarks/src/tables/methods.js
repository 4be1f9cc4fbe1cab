import {
  bernoulli,
  binary,
  categorical,
  dense,
  gaussian,
  meanField,
  noNoise,
  poisson,
  sequential,
  sparseVariational,
  variationalDropout,
} from '@vardrop/core';

/** Rates of dropout that are tried. */
export const rates = [0.05, 0.1, 0.2, 0.5];

/** Units of the hidden layers, the same for all networks. */
const hidden = [50, 50];

/**
 * What is compared. `rate` is the one that was chosen for the table.
 *
 * @typedef {object} Method
 * @property {(rate: number) => import('@vardrop/core').NoiseModel} noise
 * @property {boolean} [linear] one dense layer
 * @property {boolean} [variances] the network gives the variance of each row; for numbers only
 */

/** @type {Readonly<Record<string, Method>>} */
export const methods = {
  linear: { noise: () => noNoise(), linear: true },
  none: { noise: () => noNoise() },
  dropout: { noise: (rate) => bernoulli({ rate }) },
  'variational A': { noise: () => variationalDropout({ type: 'A', alpha: 'input' }) },
  'variational B': { noise: () => variationalDropout({ type: 'B', alpha: 'input' }) },
  sparse: { noise: () => sparseVariational() },
  'mean-field': { noise: () => meanField() },
  'none + variance by row': { noise: () => noNoise(), variances: true },
  'variational B + variance by row': {
    noise: () => variationalDropout({ type: 'B', alpha: 'input' }),
    variances: true,
  },
};

/** Whether a method is for such targets. @param {Method} method @param {import('./tasks.js').Task} task */
export const applies = (method, task) => !method.variances || task.kind === 'values';

/** @param {import('./tasks.js').Task['kind']} kind @param {boolean} variances */
function likelihoodOf(kind, variances) {
  switch (kind) {
    case 'values':
      return variances ? gaussian({ variance: 'output', beta: 0.5 }) : gaussian();
    case 'counts':
      return poisson();
    case 'binary':
      return binary();
    case 'labels':
      return categorical();
  }
}

/**
 * @param {Method} method
 * @param {import('./tasks.js').Task} task
 * @param {{ inputs: number, rate: number }} about
 */
export function modelOf({ noise, linear = false, variances = false }, { kind, outputs }, { inputs, rate }) {
  const last = dense({ units: variances ? 2 * outputs : outputs });
  return sequential({
    input: [inputs],
    noise: noise(rate),
    layers: linear ? [last] : [...hidden.map((units) => dense({ units, activation: 'relu' })), last],
    likelihood: likelihoodOf(kind, variances),
  });
}
