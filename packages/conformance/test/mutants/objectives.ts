import type { Divergence, NoiseModel } from '@vardrop/core';
import { type BuiltLayer, defineLayer, type InputNoise, type Posterior } from '@vardrop/core/extend';
import { type Builder, elementCount, type Value } from '@vardrop/core/program';
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
    'counts of a dense layer, variational B, α a layer',
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
    'counts of a dense layer, variational A, α a input',
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
  ...countMutants(),
  ...sgvbMutants(),
];

/** A layer's KL that counts another number of variables, or the KL of learned rates put together wrongly. */
function countMutants(): readonly Mutant[] {
  const { bernoulliLearned, conv2d, gaussian, variationalDropout } = coreModels;
  const kl = (defect: string, models: Partial<Models>, property: string) => model(defect, 'kl', models, property);
  /** Convolutions whose KL is multiplied. */
  const counting =
    (factor: (layer: BuiltLayer) => number): Models['conv2d'] =>
    (options) =>
      defineLayer({
        ...conv2d(options),
        build(...given) {
          const layer = conv2d(options).build(...given);
          const [part] = layer.parts ?? [];
          if (!part?.divergence) return layer;
          const divergence = diverging(
            () => part.divergence as Divergence,
            (b, each) => b.mul(each, factor(layer)),
          )();
          return { ...layer, parts: [{ ...part, divergence }] };
        },
      });
  /** Variational dropout or learned rates with other counts, by the weights' shape. */
  const recounted = <Made extends NoiseModel>(noise: Made, factor: (shape: readonly number[]) => number): Made => {
    const { posterior } = noise;
    if (!posterior) return noise;
    return {
      ...noise,
      posterior: (b, parameters, shape) => {
        const found = posterior(b, parameters, shape);
        return found.kind === 'gaussian' ? found : { ...found, count: found.count * factor(shape) };
      },
    };
  };
  const variational = (acts: NoiseModel['acts'], factor: (shape: readonly number[]) => number) => ({
    variationalDropout: ((options: Parameters<typeof variationalDropout>[0]) => {
      const noise = variationalDropout(options);
      return noise.acts === acts ? recounted(noise, factor) : noise;
    }) as Models['variationalDropout'],
  });
  const windowOf = (shape: readonly number[]) => (shape.length === 4 ? shape[0] * shape[1] : 1);
  const rates = (
    change: (b: Builder, posterior: Posterior & { readonly kind: 'bernoulli' }, right: Value) => Value,
  ) => ({
    gaussian: (options: Parameters<typeof gaussian>[0]) =>
      diverging(
        () => gaussian(options),
        (b, right, posterior) => (posterior.kind === 'bernoulli' ? change(b, posterior, right) : right),
      )(),
  });
  const moment = (b: Builder, weights: Value, inverse: Value | number) =>
    b.mul(2, b.reduceSum(b.mul(b.square(weights), inverse)));
  return [
    kl(
      'KL of a convolution counted for each position',
      { conv2d: counting(({ outputShape }) => outputShape[0] * outputShape[1]) },
      'counts of a convolution, sparse variational',
    ),
    kl(
      'KL of a convolution averaged over its window',
      { conv2d: counting(({ parts: [part] = [] }) => 1 / windowOf(part.weightShape)) },
      'counts of a convolution, mean field',
    ),
    kl(
      'KL of type B in a convolution counted once a filter',
      variational('weights', (shape) => (shape.length === 4 ? 1 / (shape[0] * shape[1] * shape[2]) : 1)),
      'counts of a convolution, variational B, α a output',
    ),
    kl(
      'KL of type B in a convolution counted once a channel',
      variational('weights', (shape) => (shape.length === 4 ? 1 / (shape[0] * shape[1] * shape[3]) : 1)),
      'counts of a convolution, variational B, α a layer',
    ),
    kl(
      'KL of type A in a convolution counted for each cell of a filter',
      variational('inputs', windowOf),
      'counts of a convolution, variational A, α a input',
    ),
    kl(
      'entropies of learned rates counted for each cell of a filter',
      {
        bernoulliLearned: (options) => {
          const noise = bernoulliLearned(options);
          return noise.acts === 'inputs' ? recounted(noise, windowOf) : noise;
        },
      },
      'counts of a convolution, Bernoulli with a rate a input',
    ),
    kl(
      'the entropy of a shared rate counted once',
      {
        gaussian: (options) =>
          seeing(
            () => gaussian(options),
            (_, posterior) => (posterior.kind === 'bernoulli' ? { ...posterior, count: 1 } : posterior),
          )(),
      },
      'counts of a dense layer, Bernoulli with a rate a layer',
    ),
    kl(
      'entropies of learned rates with the other sign',
      rates((b, { weights, logit }, right) => b.sub(b.mul(2, moment(b, weights, b.add(1, b.exp(logit)))), right)),
      'counts of a dense layer, Bernoulli with a rate a weight',
    ),
    kl(
      'learned rates that do not scale the weights',
      rates((b, { weights, logit }, right) => b.sub(right, moment(b, weights, b.exp(logit)))),
      'counts of a dense layer, Bernoulli with a rate a input',
    ),
    kl(
      'learned rates that the weights do not pay for',
      rates((b, { weights, logit }, right) => {
        const own = moment(b, weights, b.add(1, b.exp(logit)));
        return b.add(b.sub(right, own), moment(b, weights, b.add(1, b.exp(b.stopGradient(logit)))));
      }),
      'counts of a convolution, Bernoulli with a rate a weight',
    ),
  ];
}

function sgvbMutants(): readonly Mutant[] {
  type Parts = ReturnType<typeof sgvb>;
  type Scales = Parameters<typeof sgvb>[3];
  const changed =
    (change: (b: Builder, parts: Parts, scales: Scales) => Partial<Parts>): Models['sgvb'] =>
    (b, network, values, scales) => {
      const parts = sgvb(b, network, values, scales);
      return { ...parts, ...change(b, parts, scales) };
    };
  const scaled =
    (rows: (b: Builder, right: Value) => Value): Models['sgvb'] =>
    (b, network, values, scales) =>
      sgvb(b, network, values, { ...scales, rows: rows(b, scales.rows) });
  const ones = (b: Builder, { shape }: Value) => b.broadcast(b.constant(1), shape);
  const meanOf = (b: Builder, rows: Value) => b.div(b.reduceSum(rows), b.reduceSum(ones(b, rows)));
  return [
    model('the sum over the minibatch in place of its mean', 'sgvb', { sgvb: scaled(ones) }),
    model(
      'a mean over the minibatch that ignores the weights of rows',
      'sgvb',
      { sgvb: scaled((b, rows) => b.broadcast(meanOf(b, rows), rows.shape)) },
      'weights of rows',
    ),
    model(
      'the KL not divided by N',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }) => ({ loss: b.add(dataTerm, kl) })) },
      'formula',
    ),
    model(
      'the KL divided by M',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }, { rows }) => ({ loss: b.add(dataTerm, b.mul(meanOf(b, rows), kl)) })) },
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
