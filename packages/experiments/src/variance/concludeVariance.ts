import type { Chart, Findings, Table } from '../findings.js';
import { percent, significant, withError, withRelativeError } from '../format.js';
import type { Json } from '../json.js';
import { type EstimatorName, estimatorNames } from '../paperNetwork.js';
import { type Estimate, meanOf, ratioOfMeans } from '../statistics/estimate.js';
import { interval } from '../statistics/interval.js';
import type { GroupVariances } from './measureGroups.js';
import { publishedEpochs, publishedVariances } from './published.js';
import { type SnapshotName, type SnapshotSummary, snapshotNames } from './snapshots.js';
import { type Group, groups } from './spreadProgram.js';
import type { VarianceOptions } from './varianceOptions.js';

/** The estimators that are compared with local reparametrization. */
const compared = ['separate', 'single', 'none'] as const;

/** One layer at one time: a column of table 1. */
interface Cell {
  readonly layer: Group;
  readonly snapshot: SnapshotName;
  readonly epoch: number;
  readonly draws: number;
  readonly variances: Readonly<Record<EstimatorName, Estimate>>;
  readonly ratios: Readonly<Record<(typeof compared)[number], Estimate>>;
  /** The variance under separate samples as computed from local draws, and the difference of the direct estimate from it. */
  readonly identity?: { readonly separate: Estimate; readonly excess: Estimate };
}

/** Names of the estimators for readers. */
const titles: Readonly<Record<EstimatorName, string>> = {
  local: 'local reparametrization',
  separate: 'separate weight samples',
  single: 'single weight sample',
  none: 'no noise',
};

/** The conclusions from the variances measured so far: table 1, its ratios, and a check by the law of total variance. */
export function concludeVariance(options: VarianceOptions, results: ReadonlyMap<string, Json>): Findings {
  const { data, units, minibatch } = options;
  const cells = groups.flatMap((layer) =>
    snapshotNames.flatMap((snapshot) => cellOf(options, results, layer, snapshot) ?? []),
  );
  const summaries = results.get('training') as Readonly<Record<SnapshotName, SnapshotSummary>> | undefined;
  const network = [data.inputs, ...units, data.classes].join('-');
  const sentences = [
    `Network ${network} on ${data.name}, weight noise of type B with one learned α per layer, trained with the local estimator; the gradient is that of (N/M) Σ log p in the weights' means θ, M = ${minibatch}, N = ${data.train.targets.length}, minibatches drawn with replacement, the same ones for all estimators.`,
    ...cells.flatMap(sentenceOf),
  ];
  return {
    title: 'Variance of minibatch gradients (table 1)',
    sentences,
    tables: [
      ...(cells.length === 0 ? [] : [ratioTable(cells), varianceTable(cells), identityTable(cells)]),
      ...(summaries ? [snapshotTable(options, summaries)] : []),
    ],
    charts: cells.length === 0 ? [] : groups.flatMap((layer) => charts(layer, cells)),
    data: { network, minibatch, cells, snapshots: summaries ?? null, published: publishedVariances } as unknown as Json,
  };
}

function cellOf(
  { data, epochs, drawsPerGroup }: VarianceOptions,
  results: ReadonlyMap<string, Json>,
  layer: Group,
  snapshot: SnapshotName,
): Cell | undefined {
  const measured = [...results].flatMap(([key, result]) =>
    key.startsWith(`${snapshot}-`) ? (result as readonly GroupVariances[]) : [],
  );
  if (measured.length === 0) return undefined;
  // The measured gradient is that of the mean over the minibatch.
  const scale = data.train.targets.length ** 2;
  const of = (name: EstimatorName) => measured.map((group) => scale * group[name][layer]);
  const record = <Name extends string, Value>(names: readonly Name[], value: (name: Name) => Value) =>
    Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>;
  const predicted = measured.map((group) => scale * (group.local[layer] + group.conditional));
  return {
    layer,
    snapshot,
    epoch: epochs[snapshot],
    draws: measured.length * drawsPerGroup,
    variances: record(estimatorNames, (name) => meanOf(of(name))),
    ratios: record(compared, (name) => ratioOfMeans(of(name), of('local'))),
    ...(layer === 'top' && {
      identity: {
        separate: meanOf(predicted),
        excess: meanOf(of('separate').map((value, i) => value - predicted[i])),
      },
    }),
  };
}

const publishedRatio = (name: EstimatorName, { layer, snapshot }: Pick<Cell, 'layer' | 'snapshot'>) =>
  publishedVariances[name][layer][snapshot] / publishedVariances.local[layer][snapshot];

const where = ({ layer, epoch }: Cell) => `${layer} layer, epoch ${epoch}`;

function sentenceOf(cell: Cell): readonly string[] {
  const { separate, single } = cell.ratios;
  if (!Number.isFinite(separate.error)) return [];
  const times = (name: 'separate' | 'single', estimate: Estimate) => {
    const { low = 1, high = 1 } = interval(estimate);
    const verdict = low > 1 ? '' : high < 1 ? ', which is less' : ', which is no difference';
    return `${significant(estimate.value)} times (95 % interval ${significant(low)} to ${significant(high)}${verdict}; published ${significant(publishedRatio(name, cell), 2)})`;
  };
  const title = where(cell);
  return [
    `${title[0].toUpperCase()}${title.slice(1)}, ${cell.draws} draws: separate weight samples have ${times('separate', separate)} the variance of local reparametrization, a single weight sample ${times('single', single)}.`,
  ];
}

function ratioTable(cells: readonly Cell[]): Table {
  return {
    title: 'Variance relative to local reparametrization',
    columns: ['layer, time', ...compared.flatMap((name) => [`${name} / local`, 'published'])],
    rows: cells.map((cell) => [
      where(cell),
      ...compared.flatMap((name) => [
        withError(cell.ratios[name]),
        significant(publishedRatio(name, cell), name === 'none' ? 1 : 2),
      ]),
    ]),
    note: `Standard errors by the delta method over groups of draws that share their minibatches. Published: table 1 of Kingma, Salimans & Welling 2015, after ${publishedEpochs.early} and ${publishedEpochs.late} epochs on MNIST.`,
  };
}

function varianceTable(cells: readonly Cell[]): Table {
  return {
    title: 'Variance of the gradient, averaged over the layer’s weights',
    columns: ['layer, time', ...estimatorNames.flatMap((name) => [name, 'published'])],
    rows: cells.map((cell) => [
      where(cell),
      ...estimatorNames.flatMap((name) => [
        withRelativeError(cell.variances[name]),
        significant(publishedVariances[name][cell.layer][cell.snapshot], 2),
      ]),
    ]),
    note: 'Squared nats per squared unit of θ. They grow with the square of the number of training images, and depend on the network and on how far it has been trained: compare ratios, not values, with those published.',
  };
}

function identityTable(cells: readonly Cell[]): Table {
  return {
    title: 'Check: separate samples in the top layer, by draws and from the local estimator',
    columns: ['', 'separate, by draws', 'local + conditional', 'difference', 'in standard errors'],
    rows: cells.flatMap((cell) => {
      const { identity } = cell;
      if (!identity) return [];
      const { value, error } = identity.excess;
      return [
        [
          `epoch ${cell.epoch}`,
          withRelativeError(cell.variances.separate),
          withRelativeError(identity.separate),
          significant(value, 2),
          significant(value / error, 2),
        ],
      ];
    }),
    note: 'By the law of total variance the gradient under separate samples has the variance of the local estimator, which is its conditional mean given the pre-activations, plus the expected conditional variance, which has a closed form. The two columns estimate one number from different noise.',
  };
}

function snapshotTable({ epochs }: VarianceOptions, summaries: Readonly<Record<SnapshotName, SnapshotSummary>>): Table {
  const layers = Object.keys(summaries.early.alphas);
  return {
    title: 'The network when its gradients were measured',
    columns: ['', 'test error', ...layers.map((layer) => `α ${layer}`)],
    rows: snapshotNames.map((name) => [
      `epoch ${epochs[name]}`,
      percent(summaries[name].testError),
      ...layers.map((layer) => summaries[name].alphas[layer].toFixed(3)),
    ]),
  };
}

function charts(layer: Group, cells: readonly Cell[]): readonly Chart[] {
  const ofLayer = cells.filter((cell) => cell.layer === layer);
  const x = { label: 'epoch', logarithmic: true };
  const points = (estimate: (cell: Cell) => Estimate) =>
    ofLayer.map((cell) => ({ x: cell.epoch, y: estimate(cell).value, ...interval(estimate(cell)) }));
  const relative = (name: EstimatorName) => (cell: Cell) =>
    name === 'local' ? { value: 1, error: Number.NaN } : cell.ratios[name];
  return [
    {
      title: `${layer === 'top' ? 'Top' : 'Bottom'} layer: variance over that of the local estimator`,
      x,
      y: { label: 'ratio, with 95 % interval', logarithmic: true },
      series: [
        ...estimatorNames.map((name) => ({ name: titles[name], points: points(relative(name)) })),
        ...compared.map((name) => ({
          name: `${titles[name]}, published`,
          published: true,
          points: ofLayer.map((cell) => ({ x: publishedEpochs[cell.snapshot], y: publishedRatio(name, cell) })),
        })),
      ],
    },
    {
      title: `${layer === 'top' ? 'Top' : 'Bottom'} layer: variance of the gradient`,
      x,
      y: { label: 'nats², with 95 % interval', logarithmic: true },
      series: estimatorNames.map((name) => ({ name: titles[name], points: points((cell) => cell.variances[name]) })),
    },
  ];
}
