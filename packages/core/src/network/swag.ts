import { allParameters } from '../allParameters.js';
import { carriedTensors } from '../carriedTensors.js';
import { checkInteger } from '../checkInteger.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { TensorMap } from '../tensorData.js';
import type { EpochRecord, TrainingState } from '../training/index.js';
import { changed } from './changed.js';
import type { Network } from './network.js';

/** Options of `swag`. */
export interface SwagOptions {
  /** How many of the last snapshots give directions of the Gaussian, from 2 on. Default: 20. */
  readonly rank?: number;
  /** The first epoch whose end is a snapshot, from 0. Default: 0. Begin where the loss has levelled. */
  readonly from?: number;
  /** A snapshot is taken after each so many epochs. Default: 1. */
  readonly every?: number;
}

/** Collects snapshots of a training, for a posterior around their average. */
export interface SwagCollector {
  /** To be given to `fit`, or called in its `onEpoch`. */
  onEpoch(record: EpochRecord, state: () => Promise<TrainingState>): Promise<void>;
  /** Snapshots that were taken. */
  count(): number;
  /**
   * The network with the average of the snapshots as its parameters, and their Gaussian as its posterior. Throws `VARDROP_POSTERIOR` for
   * fewer than two snapshots, and for a network of another model than theirs.
   */
  network<Given extends Likelihoods>(network: Network<Given>): Network<Given>;
}

/**
 * Averages the parameters over the epochs of a training, and fits a Gaussian to them: a diagonal and a low rank (SWA-Gaussian; Maddox,
 * Izmailov, Garipov, Vetrov & Wilson 2019, algorithm 1). It needs a learning rate that keeps the parameters moving. Snapshots are held in
 * memory, so a resumed training begins with none. Running statistics, as of `batchNorm`, are averaged too: they are those of the
 * snapshots, not of the averaged network.
 *
 * Throws `VARDROP_OPTION` for unknown options, a rank below 2, and numbers that are not whole.
 *
 * ```js
 * const snapshots = swag({ from: 20 });
 * const { network } = await fit(model, { backend, data, epochs: 50, onEpoch: snapshots.onEpoch });
 * const averaged = snapshots.network(network);
 * ```
 */
export function swag(options: SwagOptions = {}): SwagCollector {
  checkOptionNames('swag', options, { rank: true, from: true, every: true });
  const { rank = 20, from = 0, every = 1 } = options;
  checkInteger('swag', 'rank', rank, 2);
  checkInteger('swag', 'from', from, 0);
  checkInteger('swag', 'every', every, 1);
  let count = 0;
  const sums = new Map<string, Moments>();

  return {
    count: () => count,
    async onEpoch({ epoch }, state) {
      if (epoch < from || (epoch - from) % every !== 0) return;
      const { parameters, carried } = await state();
      count++;
      for (const [name, { data }] of Object.entries({ ...parameters, ...carried })) {
        const moments = sums.get(name) ?? createMoments(data.length);
        sums.set(name, moments);
        addSnapshot(moments, data, count, name in parameters ? rank : 0);
      }
    },
    network(network) {
      if (count < 2) {
        throw new VardropError(
          'VARDROP_POSTERIOR',
          `[swag] snapshots: got ${count}, needs at least 2. Give swag().onEpoch to fit, and train for ${from + every + 1} epochs or more.`,
        );
      }
      const { model } = network;
      const columnsOf = Math.min(rank, count);
      const own = allParameters(model);
      const all = [...own, ...carriedTensors(model)];
      for (const { name, shape } of all) {
        if (sums.get(name)?.mean.length === shape.reduce((product, n) => product * n, 1)) continue;
        throw new VardropError(
          'VARDROP_POSTERIOR',
          `[swag] network: got one with other parameters than the snapshots, such as '${name}', needs that of the same training. Pass the network that fit returned.`,
        );
      }
      const moments = (name: string) => sums.get(name) as Moments;
      const parameters: TensorMap = Object.fromEntries(
        all.map(({ name, shape }) => [name, { shape, data: Float32Array.from(moments(name).mean) }]),
      );
      const tensors: TensorMap = Object.fromEntries(
        own.flatMap(({ name, shape }) => [
          [`${name}/deviation`, { shape, data: deviationOf(moments(name)) }],
          [`${name}/columns`, { shape: [columnsOf, ...shape], data: joined(moments(name).columns) }],
        ]),
      );
      const posterior = { kind: 'swag', settings: { rank: columnsOf }, tensors } as const;
      return changed(network, { parameters, posterior, calibration: undefined });
    },
  };
}

/** Running moments of one tensor. */
interface Moments {
  readonly mean: Float64Array;
  /** The mean of the squares. */
  readonly squares: Float64Array;
  /** Differences of the last snapshots from the mean as it was when they were added. */
  readonly columns: Float32Array[];
}

const createMoments = (size: number): Moments => ({
  mean: new Float64Array(size),
  squares: new Float64Array(size),
  columns: [],
});

function addSnapshot({ mean, squares, columns }: Moments, data: Float32Array, count: number, rank: number): void {
  const column = new Float32Array(rank > 0 ? data.length : 0);
  data.forEach((value, i) => {
    mean[i] += (value - mean[i]) / count;
    squares[i] += (value * value - squares[i]) / count;
    if (rank > 0) column[i] = value - mean[i];
  });
  if (rank === 0) return;
  columns.push(column);
  if (columns.length > rank) columns.shift();
}

const deviationOf = ({ mean, squares }: Moments) =>
  Float32Array.from(mean, (value, i) => Math.sqrt(Math.max(0, squares[i] - value * value)));

function joined(columns: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(columns.length * columns[0].length);
  columns.forEach((column, i) => {
    all.set(column, i * column.length);
  });
  return all;
}
