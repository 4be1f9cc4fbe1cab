import { allTensors } from '../allParameters.js';
import { describeModel } from '../description/index.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import type { DataDigest } from '../training/index.js';
import { changed } from './changed.js';
import type { Network } from './network.js';

/**
 * A network that predicts with the average of several networks of the same model, such as of trainings from different seeds
 * (Lakshminarayanan, Pritzel & Blundell 2017). Sample k is of member k mod M, with noise of its own where the members have noise; members
 * without noise are evaluated once each. Its parameters are those of the first member, and its posterior holds those of the others. It
 * runs on the backend of the first.
 *
 * Throws `VARDROP_ENSEMBLE` for fewer than two networks, and for networks that differ in model, preprocessing, classes or columns, or
 * that have a posterior themselves.
 */
export function ensemble<Given extends Likelihoods>(networks: readonly Network<Given>[]): Network<Given> {
  if (!Array.isArray(networks) || networks.length < 2) {
    const got = Array.isArray(networks) ? `${networks.length} networks` : formatValue(networks);
    throw refusal('networks', got, 'a list of at least two. Train several from different seeds');
  }
  const [first] = networks;
  networks.forEach((network, i) => {
    checkMember(first, network, i);
  });
  const { model } = first;
  const others = networks.slice(1).map((network) => network.parameters);
  const posterior = {
    kind: 'ensemble',
    settings: { members: networks.length },
    tensors: Object.fromEntries(allTensors(model).map(({ name, shape }) => [name, stack(name, shape, others)])),
  } as const;
  return changed(first, { posterior, calibration: undefined, trainedOn: sameData(networks) });
}

/** The data of the members, where they have the same. */
function sameData([first, ...others]: readonly Network[]): DataDigest | undefined {
  const own = JSON.stringify(first.trainedOn);
  return others.every(({ trainedOn }) => JSON.stringify(trainedOn) === own) ? first.trainedOn : undefined;
}

function stack(name: string, shape: readonly number[], members: readonly TensorMap[]) {
  const size = elementCount(shape);
  const data = new Float32Array(members.length * size);
  members.forEach((member, i) => {
    data.set(member[name].data, i * size);
  });
  return { shape: [members.length, ...shape], data };
}

/** What members have to have in common, as text. */
const common: Readonly<Record<string, (network: Network) => unknown>> = {
  model: ({ model }) => describeModel(model),
  preprocessing: ({ preprocessing }) => preprocessing ?? null,
  classes: ({ classes }) => classes ?? null,
  columns: ({ columns }) => columns ?? null,
};

function checkMember(first: Network, network: Network, i: number): void {
  if (typeof network !== 'object' || network === null || !('model' in network && 'parameters' in network)) {
    throw refusal(`networks[${i}]`, formatValue(network), 'a network, as fit gives it. Pass result.network');
  }
  if (network.posterior !== undefined) {
    const got = `a network with a posterior of kind '${network.posterior.kind}'`;
    throw refusal(`networks[${i}]`, got, 'networks without one. Pass those that it was made of');
  }
  for (const [what, of] of Object.entries(common)) {
    // Models of one's own parts cannot be described.
    if (what === 'model' && network.model === first.model) continue;
    const [ours, theirs] = [first, network].map((each) => JSON.stringify(of(each)));
    if (ours === theirs) continue;
    const at = Array.from(ours).findIndex((letter, k) => letter !== theirs[k]);
    const near = (text: string) => text.slice(Math.max(0, at - 20), at + 20);
    throw refusal(
      `networks[${i}] ${what}`,
      `another one than the first has: …${near(theirs)}… for …${near(ours)}…`,
      'the same. Train all from one model, each from its own seed',
    );
  }
}

function refusal(what: string, got: string, needs: string): VardropError {
  return new VardropError('VARDROP_ENSEMBLE', `[ensemble] ${what}: got ${got}, needs ${needs}.`);
}
