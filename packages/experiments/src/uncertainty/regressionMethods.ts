import {
  adam,
  bernoulli,
  dense,
  ensemble,
  fourierFeatures,
  gaussian,
  gaussianPrior,
  lastLayerLaplace,
  type Model,
  type ModelDefaults,
  meanField,
  type Network,
  noNoise,
  sequential,
  sparseVariational,
  swag,
  variationalDropout,
} from '@vardrop/core';
import * as random from '@vardrop/core/random';
import type { Trained, Trainer } from './trainedNetworks.js';
import type { UncertaintyPlan } from './uncertaintyPlan.js';

/** The truth, `sin 2x`. */
export const truth = (x: number) => Math.sin(2 * x);

/** Standard deviation of the noise of the targets. */
const noise = 0.1;

/** 256 rows between −2 and 2, without those between 0.2 and 0.9. */
export function gapData(seed: number) {
  const places = random.uniform(random.foldIn(random.key(seed), 1), 256);
  const errors = random.normal(random.foldIn(random.key(seed), 2), 256);
  const inputs = places.map((u) => {
    const x = -2 + 3.3 * u;
    return x < 0.2 ? x : x + 0.7;
  });
  return { inputs, targets: Array.from(inputs, (x, i) => truth(x) + noise * errors[i]) };
}

const between = (low: number, high: number) =>
  Array.from({ length: 100 }, (_, i) => low + ((high - low) * (i + 0.5)) / 100);

/** Where networks are asked. */
export const places: Readonly<Record<string, readonly number[]>> = {
  inside: [...between(-2, 0.2), ...between(0.9, 2)],
  'in the gap': between(0.2, 0.9),
  'at the edge': [...between(-2.5, -2), ...between(2, 2.5)],
  outside: [...between(-6, -2), ...between(2, 6)],
};

/** The names of {@link places}. */
export const placeNames = Object.keys(places);

/** A way to a network for regression. */
interface RegressionMethod {
  readonly label: string;
  networks(plan: UncertaintyPlan): number;
  train(plan: UncertaintyPlan, trainer: Trainer, seed: number, signal: AbortSignal): Promise<Trained>;
}

const one = () => 1;

const modelOf = (defaults: Pick<ModelDefaults, 'noise' | 'divergence'>): Model =>
  sequential({
    input: [1],
    ...defaults,
    layers: [dense({ units: 50, activation: 'tanh' }), dense({ units: 50, activation: 'tanh' }), dense({ units: 1 })],
    likelihood: gaussian(),
  });

const options = (plan: UncertaintyPlan, seed: number, klWeight: number) => ({
  ...{ data: gapData(seed), epochs: plan.regressionEpochs, batch: 64, learningRate: 0.01, klWeight },
  optimizer: adam({ learningRate: 0.01 }),
});

function noisy(
  label: string,
  defaults: () => Pick<ModelDefaults, 'noise' | 'divergence'>,
  klWeight: number,
  mode?: 'moments',
): RegressionMethod {
  return {
    label,
    networks: one,
    async train(plan, trainer, seed) {
      const network = await trainer.train(modelOf(defaults()), seed, options(plan, seed, klWeight));
      return { network, members: [network], mode };
    },
  };
}

function after(label: string, model: () => Model): RegressionMethod {
  return {
    label,
    networks: one,
    async train(plan, trainer, seed, signal) {
      const given = options(plan, seed, 0);
      const network = await trainer.train(model(), seed, given);
      return { network: await lastLayerLaplace(network, { data: given.data, signal }), members: [network] };
    },
  };
}

const field = () => ({ noise: meanField({ logVariance: -8 }), divergence: gaussianPrior({ sigma: 1 }) });
const plain = noisy('no noise', () => ({ noise: noNoise() }), 0);

/** The methods, by the names in results. */
export const regressionMethods = {
  none: plain,
  bernoulli: noisy('binary dropout 0.1', () => ({ noise: bernoulli({ rate: 0.1 }) }), 0),
  'variational-b': noisy(
    'variational B, α of a weight',
    () => ({ noise: variationalDropout({ type: 'B', alpha: 'weight' }) }),
    1,
  ),
  sparse: noisy('sparse variational', () => ({ noise: sparseVariational() }), 0.1),
  'mean-field': noisy('mean field', field, 0.1),
  moments: noisy('the same, by moments', field, 0.1, 'moments'),
  laplace: after('last-layer Laplace', () => modelOf({ noise: noNoise() })),
  fourier: after('last-layer Laplace on Fourier features', () =>
    sequential({
      input: [1],
      layers: [fourierFeatures({ units: 300, lengthScale: 0.7 }), dense({ units: 1 })],
      likelihood: gaussian(),
    }),
  ),
  swag: {
    label: 'SWAG',
    networks: one,
    async train(plan, trainer, seed) {
      const snapshots = swag({ from: Math.floor(plan.regressionEpochs / 2) });
      const network = await trainer.train(modelOf({ noise: noNoise() }), seed, {
        ...options(plan, seed, 0),
        snapshots,
      });
      return { network: snapshots.network(network), members: [network] };
    },
  },
  ensemble: {
    label: 'ensemble',
    networks: ({ members }) => members,
    async train(plan, trainer, seed) {
      const members: Network[] = [];
      for (let member = 0; member < plan.members; member++) {
        const model = modelOf({ noise: noNoise() });
        members.push(await trainer.train(model, 1000 * seed + member, options(plan, seed, 0)));
      }
      return { network: ensemble(members), members };
    },
  },
} as const satisfies Readonly<Record<string, RegressionMethod>>;

/** A name of {@link regressionMethods}. */
export type RegressionMethodName = keyof typeof regressionMethods;

/** The names of {@link regressionMethods}, in the order of tables. */
export const regressionMethodNames = Object.keys(regressionMethods) as readonly RegressionMethodName[];

/** A method by its name. */
export function regressionMethod(name: RegressionMethodName): RegressionMethod {
  return regressionMethods[name];
}
