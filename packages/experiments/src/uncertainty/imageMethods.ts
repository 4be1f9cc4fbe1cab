import {
  bernoulli,
  bernoulliLearned,
  dense,
  ensemble,
  gaussianDropout,
  type Likelihood,
  lastLayerLaplace,
  type Model,
  meanField,
  type Network,
  type NoiseModel,
  noNoise,
  sequential,
  sgd,
  sparseVariational,
  structuredBayesianPruning,
  swag,
  temperatureScaling,
  variationalDropout,
} from '@vardrop/core';
import type { ImageData } from '../imageData.js';
import type { Trained, Trainer } from './trainedNetworks.js';
import type { UncertaintyPlan } from './uncertaintyPlan.js';

/** What a method trains with. */
export interface ImageParts {
  readonly data: Pick<ImageData, 'inputs' | 'classes'>;
  readonly train: ImageData['train'];
  /** Rows that are not trained on. */
  readonly calibration: ImageData['train'];
  readonly plan: UncertaintyPlan;
  readonly signal: AbortSignal;
}

/** A way to a network that predicts with uncertainty. */
interface ImageMethod {
  readonly label: string;
  /** Networks that it trains. */
  networks(plan: UncertaintyPlan): number;
  train(parts: ImageParts, trainer: Trainer, seed: number): Promise<Trained>;
}

function modelOf({ data, plan }: ImageParts, noise: NoiseModel): Model<Likelihood<'labels'>> {
  return sequential({
    input: [data.inputs],
    noise,
    layers: [...plan.hidden.map((units) => dense({ units, activation: 'relu' })), dense({ units: data.classes })],
  });
}

const one = () => 1;

/** A network with noise, trained with this weight of the KL. */
function noisy(label: string, noise: () => NoiseModel, klWeight: number, mode?: 'moments'): ImageMethod {
  return {
    label,
    networks: one,
    async train(parts, trainer, seed) {
      const { epochs, batch, learningRate } = parts.plan;
      const options = { data: parts.train, epochs, batch, learningRate, klWeight };
      const network = await trainer.train(modelOf(parts, noise()), seed, options);
      return { network, members: [network], mode };
    },
  };
}

const plain = noisy('no noise', noNoise, 0);

/** What is made of a network without noise after its training. */
function after(label: string, make: (network: Network, parts: ImageParts) => Promise<Network>): ImageMethod {
  return {
    label,
    networks: one,
    async train(parts, trainer, seed) {
      const { network } = await plain.train(parts, trainer, seed);
      return { network: await make(network, parts), members: [network] };
    },
  };
}

const variational = () => variationalDropout({ type: 'A', alpha: 'layer' });

/** The methods, by the names in results. */
export const imageMethods = {
  none: plain,
  temperature: after('its temperature', (network, { calibration, signal }) =>
    temperatureScaling(network, { data: calibration, signal }),
  ),
  bernoulli: noisy('binary dropout ½', () => bernoulli({ rate: 0.5 }), 0),
  gaussian: noisy('Gaussian dropout ½', () => gaussianDropout({ type: 'A', rate: 0.5 }), 0),
  'variational-a': noisy('variational A, α of a layer', variational, 1),
  moments: noisy('the same, by moments', variational, 1, 'moments'),
  'variational-b': noisy('variational B, α of a weight', () => variationalDropout({ type: 'B', alpha: 'weight' }), 1),
  'bernoulli-learned': noisy('learned binary dropout', () => bernoulliLearned(), 1),
  sparse: noisy('sparse variational, KL 0.1', sparseVariational, 0.1),
  'mean-field': noisy('mean field, KL 0.1', meanField, 0.1),
  structured: noisy('structured pruning', structuredBayesianPruning, 1),
  laplace: after('last-layer Laplace', (network, { train, signal }) =>
    lastLayerLaplace(network, { data: train, signal }),
  ),
  swag: {
    label: 'SWAG',
    networks: one,
    async train(parts, trainer, seed) {
      const { epochs, batch, learningRate } = parts.plan;
      const snapshots = swag({ from: Math.floor(epochs / 2) });
      const optimizer = sgd({ learningRate: 0.1 });
      const options = { data: parts.train, epochs, batch, learningRate, klWeight: 0, optimizer, snapshots };
      const network = await trainer.train(modelOf(parts, noNoise()), seed, options);
      return { network: snapshots.network(network), members: [network] };
    },
  },
  ensemble: {
    label: 'ensemble',
    networks: ({ members }) => members,
    async train(parts, trainer, seed) {
      const members: Network[] = [];
      for (let member = 0; member < parts.plan.members; member++)
        members.push((await plain.train(parts, trainer, 1000 * seed + member)).network);
      return { network: ensemble(members), members };
    },
  },
} as const satisfies Readonly<Record<string, ImageMethod>>;

/** A name of {@link imageMethods}. */
export type ImageMethodName = keyof typeof imageMethods;

/** The names of {@link imageMethods}, in the order of tables. */
export const imageMethodNames = Object.keys(imageMethods) as readonly ImageMethodName[];

/** A method by its name. */
export function imageMethod(name: ImageMethodName): ImageMethod {
  return imageMethods[name];
}
