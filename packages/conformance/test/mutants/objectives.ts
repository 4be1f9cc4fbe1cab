import {
  type Builder,
  type Divergence,
  elementCount,
  type InputNoise,
  type Posterior,
  type Value,
} from '@vardrop/core';
import { coreModels, type Models } from '../../src/models.js';
import { changedVariational, model } from './model.js';
import type { Mutant } from './mutant.js';

const { sgvb } = coreModels;

/** A divergence whose value is changed. */
const diverging =
  <Given extends unknown[]>(
    make: (...given: Given) => Divergence,
    change: (b: Builder, kl: Value, posterior: Posterior) => Value,
  ) =>
  (...given: Given): Divergence => {
    const divergence = make(...given);
    return { ...divergence, kl: (b, posterior) => change(b, divergence.kl(b, posterior), posterior) };
  };

/** A divergence that sees another posterior. */
const seeing =
  <Given extends unknown[]>(
    make: (...given: Given) => Divergence,
    see: (b: Builder, posterior: Posterior) => Posterior,
  ) =>
  (...given: Given): Divergence => {
    const divergence = make(...given);
    return { ...divergence, kl: (b, posterior) => divergence.kl(b, see(b, posterior)) };
  };

/** Divergences with the defects of published implementations, and the objective put together wrongly. */
export const objectiveMutants: readonly Mutant[] = [
  model('sign of the KL flipped', 'kl', {
    logUniformExact: diverging(coreModels.logUniformExact, (b, kl) => b.neg(kl)),
  }),
  model('sign of the sigmoid form flipped', 'kl', {
    logUniformSigmoid: diverging(coreModels.logUniformSigmoid, (b, kl) => b.neg(kl)),
  }),
  model('KL averaged over weights', 'kl', {
    logUniformExact: diverging(coreModels.logUniformExact, (b, kl, posterior) =>
      b.div(kl, posterior.kind === 'gaussian' ? elementCount(posterior.mean.shape) : posterior.count),
    ),
  }),
  model(
    'KL of a shared α counted once',
    'kl',
    {
      logUniformExact: seeing(coreModels.logUniformExact, (_, posterior) =>
        posterior.kind === 'scale' ? { ...posterior, count: 1 } : posterior,
      ),
    },
    'counts',
  ),
  model(
    'KL of type A counts weights',
    'kl',
    {
      variationalDropout: changedVariational((noise) => {
        const { posterior } = noise as InputNoise;
        if (noise.acts !== 'inputs' || !posterior) return noise;
        return {
          ...noise,
          posterior: (b, parameters, shape) => {
            const found = posterior(b, parameters, shape);
            return found.kind === 'scale' ? { ...found, count: found.count * shape[shape.length - 1] } : found;
          },
        };
      }),
    },
    'counts',
  ),
  model(
    'KL(prior ‖ posterior)',
    'kl',
    {
      gaussian: (options) => {
        const divergence = coreModels.gaussian(options);
        return {
          ...divergence,
          kl: (b, posterior) => {
            if (posterior.kind !== 'gaussian') return divergence.kl(b, posterior);
            // log(σ/τ) + (τ² + θ²)/(2σ²) − ½.
            const tau = options?.sigma ?? 1;
            const ratio = b.mul(b.add(tau ** 2, b.square(posterior.mean)), b.exp(b.neg(posterior.logVariance)));
            return b.reduceSum(b.sub(b.add(b.mul(0.5, posterior.logVariance), b.mul(0.5, ratio)), 0.5 + Math.log(tau)));
          },
        };
      },
    },
    'gaussian',
  ),
  model('ARD without its half', 'kl', { ard: diverging(coreModels.ard, (b, kl) => b.mul(2, kl)) }, 'additive ard'),
  model(
    'the cubic form without its constant',
    'kl',
    {
      logUniformCubic: diverging(coreModels.logUniformCubic, (b, kl, posterior) =>
        posterior.kind === 'scale' ? b.sub(kl, 0.635181422730739 * posterior.count) : kl,
      ),
    },
    'type B cubic',
  ),
  model(
    'a deviation taken for α in the KL',
    'kl',
    {
      logUniformExact: seeing(coreModels.logUniformExact, (b, posterior) =>
        posterior.kind === 'gaussian' ? { ...posterior, logVariance: b.mul(0.5, posterior.logVariance) } : posterior,
      ),
    },
    'additive exact',
  ),
  model(
    'a clip of log α at 8 in the KL',
    'kl',
    {
      logUniformSigmoid: seeing(coreModels.logUniformSigmoid, (b, posterior) =>
        posterior.kind === 'gaussian' ? { ...posterior, logVariance: b.max(posterior.logVariance, -8) } : posterior,
      ),
    },
    'sigmoid: limits',
  ),
  model(
    'an epsilon in log θ²',
    'kl',
    {
      logUniformExact: seeing(coreModels.logUniformExact, (b, posterior) =>
        posterior.kind === 'gaussian'
          ? { ...posterior, mean: b.sqrt(b.add(b.square(posterior.mean), 1e-4)) }
          : posterior,
      ),
    },
    'additive exact',
  ),
  ...sgvbMutants(),
];

function sgvbMutants(): readonly Mutant[] {
  type Parts = ReturnType<typeof sgvb>;
  const changed =
    (change: (b: Builder, parts: Parts, scales: Parameters<typeof sgvb>[4]) => Partial<Parts>): Models['sgvb'] =>
    (b, network, likelihood, values, scales) => {
      const parts = sgvb(b, network, likelihood, values, scales);
      return { ...parts, ...change(b, parts, scales) };
    };
  return [
    model('the sum over the minibatch in place of its mean', 'sgvb', {
      sgvb: changed((b, { dataTerm, kl }, { datapoint, kl: scale }) => {
        const total = b.div(dataTerm, datapoint);
        return { dataTerm: total, loss: b.add(total, b.mul(scale, kl)) };
      }),
    }),
    model(
      'the KL not divided by N',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }) => ({ loss: b.add(dataTerm, kl) })) },
      'formula',
    ),
    model(
      'the KL divided by M',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }, { datapoint }) => ({ loss: b.add(dataTerm, b.mul(datapoint, kl)) })) },
      'formula',
    ),
    model(
      'the KL subtracted from the loss',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }, { kl: scale }) => ({ loss: b.sub(dataTerm, b.mul(scale, kl)) })) },
      'formula',
    ),
    model(
      'the KL without a gradient',
      'sgvb',
      {
        sgvb: changed((b, { dataTerm, kl }, { kl: scale }) => ({
          loss: b.add(dataTerm, b.stopGradient(b.mul(scale, kl))),
        })),
      },
      'weight of the KL',
    ),
    model(
      'the KL weight on the whole loss',
      'sgvb',
      { sgvb: changed((b, { loss }, { kl: scale }) => ({ loss: b.mul(loss, scale) })) },
      'formula',
    ),
    model(
      'a data term whose sign is the log-likelihood',
      'sgvb',
      {
        sgvb: changed((b, { dataTerm, kl }, { kl: scale }) => {
          const likelihood = b.neg(dataTerm);
          return { dataTerm: likelihood, loss: b.add(likelihood, b.mul(scale, kl)) };
        }),
      },
      'formula',
    ),
  ];
}
