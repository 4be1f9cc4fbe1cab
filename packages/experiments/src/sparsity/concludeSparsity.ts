import type { Chart, ChartPoint, Findings, Table } from '../findings.js';
import { type PairedDifference, pairedDifference } from '../statistics/pairedDifference.js';
import { type Summary, summarize } from '../statistics/summarize.js';
import { summaryToJson } from '../statistics/summaryToJson.js';
import { capitalized } from '../text/capitalized.js';
import { signed, signedInterval } from '../text/signed.js';
import { spread } from '../text/spread.js';
import type { SparsityNetwork } from './sparsityNetworks.js';
import type { DenseResult, SparseResult, SparsityResult } from './sparsityResult.js';

/** What the conclusion needs in addition to the results. */
export interface SparsityCircumstances {
  readonly network: SparsityNetwork;
  /** Data and recipe in one clause. */
  readonly setting: string;
  readonly data: string;
  readonly trainingImages: number;
  /** Number of all trials, including those without a result. */
  readonly trials: number;
}

/** The goal for a sparse network: this many fold smaller, with at most this much more error. */
const goal = { compression: 50, points: 0.5 } as const;

/** The results of a sparse network over the seeds, compared with the dense one. */
interface Measured {
  readonly name: 'pruned' | 'tuned';
  readonly label: string;
  readonly error: Summary;
  readonly compression: Summary;
  /** The smallest over the seeds. */
  readonly leastCompression: number;
  readonly difference: PairedDifference | undefined;
  readonly goal: 'reached' | 'missed' | 'undecided';
}

/**
 * The conclusions from the networks trained so far: error, sparsity and size, compared with the dense and the published ones.
 */
export function concludeSparsity(results: readonly SparsityResult[], circumstances: SparsityCircumstances): Findings {
  const { network, data, trainingImages, trials } = circumstances;
  const { published } = network;
  const dense = results.filter((result) => result.network === 'dense');
  const sparse = results.filter((result) => result.network === 'sparse');
  const measured =
    sparse.length === 0
      ? []
      : [
          measure('pruned', sparse, dense, ({ error }) => error, nonZeroOf),
          measure(
            'tuned',
            sparse,
            dense,
            ({ tunedError }) => tunedError,
            ({ tunedNonZero }) => tunedNonZero,
          ),
        ];
  const missing = trials - results.length;
  return {
    title: `Sparsity by variational dropout, ${network.title}`,
    sentences: [
      ...(missing > 0 ? [`${missing} of ${trials} networks are missing, so these results are preliminary.`] : []),
      ...measured.flatMap(sentencesOf),
      ...fileSentence(dense, sparse),
      ...(measured.length > 0 ? otherSentence(network, trainingImages) : []),
    ],
    tables: [
      networkTable(dense, sparse, measured, circumstances),
      layerTable(sparse, network),
      seedTable(dense, sparse),
      fileTable(dense, sparse),
    ],
    charts: [errorChart(dense, measured, published), layerChart(sparse, published)],
    data: {
      data,
      trainingImages,
      missing,
      goal: { ...goal },
      dense: dense.length === 0 ? null : summaryToJson(summarize(dense.map(({ error }) => error))),
      networks: measured.map(({ name, error, compression, leastCompression, difference, goal: outcome }) => ({
        name,
        error: summaryToJson(error),
        compression: summaryToJson(compression),
        leastCompression,
        difference: difference ? { ...summaryToJson(difference), verdict: difference.verdict } : null,
        goal: outcome,
      })),
      layerSparsity: layerSparsities(sparse).map(summaryToJson),
      seeds: results,
      published: { ...published, layers: [...published.layers] },
    },
  };
}

function measure(
  name: Measured['name'],
  sparse: readonly SparseResult[],
  dense: readonly DenseResult[],
  error: (result: SparseResult) => number,
  nonZero: (result: SparseResult) => number,
): Measured {
  const compressions = sparse.map((result) => weightsOf(result) / nonZero(result));
  const leastCompression = Math.min(...compressions);
  const difference = pairedDifference(
    new Map(sparse.map((result) => [result.seed, error(result)])),
    new Map(dense.map((result) => [result.seed, result.error])),
  );
  return {
    name,
    label: name === 'pruned' ? 'sparse, pruned' : 'sparse, pruned and fine-tuned',
    error: summarize(sparse.map(error)),
    compression: summarize(compressions),
    leastCompression,
    difference,
    goal: outcomeOf(leastCompression, difference),
  };
}

/** Reached if every seed is small enough and the whole interval of the difference is within the goal. */
function outcomeOf(leastCompression: number, difference: PairedDifference | undefined): Measured['goal'] {
  if (leastCompression < goal.compression) return 'missed';
  if (!difference?.interval) return 'undecided';
  const [low, high] = difference.interval;
  if (high <= goal.points) return 'reached';
  return low > goal.points ? 'missed' : 'undecided';
}

function sentencesOf({ label, error, compression, leastCompression, difference, goal: outcome }: Measured): string[] {
  const beside = difference
    ? `, ${signed(difference.mean)} points from the dense network${
        difference.interval
          ? ` (95 % interval ${signedInterval(difference.interval)}, ${difference.count} seeds: ${
              difference.verdict === 'no difference' ? 'no difference' : `${difference.verdict} error`
            })`
          : ' for one seed'
      }`
    : '';
  return [
    `${capitalized(label)}: ${compression.mean.toFixed(1)} fold fewer weights${
      compression.interval ? ` (95 % interval ${compression.interval.map((end) => end.toFixed(1)).join(' to ')})` : ''
    } at ${error.mean.toFixed(2)} % error${beside}.`,
    `${capitalized(label)}, at least ${goal.compression} fold within ${goal.points} points of the dense network: ${outcome} (${leastCompression.toFixed(1)} fold at least).`,
  ];
}

function fileSentence(dense: readonly DenseResult[], sparse: readonly SparseResult[]): string[] {
  if (dense.length === 0 || sparse.length === 0) return [];
  const [before, after] = [dense, sparse].map((results) => summarize(results.map(({ bytes }) => bytes)).mean);
  return [
    `Without the dead units, the file of the network has ${kilobytes(after)} kB instead of ${kilobytes(before)} kB. That is ${(before / after).toFixed(1)} times less, although zeros among the remaining weights are stored.`,
  ];
}

/** The published figures are those of the same experiment only on as many images. */
function otherSentence({ title, published }: SparsityNetwork, trainingImages: number): string[] {
  if (trainingImages === published.trainingImages) return [];
  return [
    `The published ${title} has ${published.compression} fold fewer weights at ${published.error.toFixed(2)} % error. That is another experiment: it had ${published.trainingImages.toLocaleString('en')} training images, this one has ${trainingImages.toLocaleString('en')}.`,
  ];
}

function networkTable(
  dense: readonly DenseResult[],
  sparse: readonly SparseResult[],
  measured: readonly Measured[],
  { setting, network: { published } }: SparsityCircumstances,
): Table {
  const layers = layerSparsities(sparse)
    .map(({ mean }) => mean.toFixed(1))
    .join(' - ');
  return {
    title: 'Error, sparsity and compression',
    columns: [
      'network',
      'test error (%)',
      'from dense (points)',
      '95 % interval',
      'removed per layer (%)',
      'compression',
    ],
    rows: [
      ...(dense.length === 0
        ? []
        : [['dense', spread(summarize(dense.map(({ error }) => error))), '–', '–', '–', '1']]),
      ...measured.map(({ label, error, compression, difference }) => [
        label,
        spread(error),
        difference ? signed(difference.mean) : '–',
        difference?.interval ? signedInterval(difference.interval) : '–',
        layers,
        spread(compression, 1),
      ]),
      [
        'sparse, published',
        published.error.toFixed(2),
        '–',
        '–',
        published.layers.map((share) => share.toFixed(1)).join(' - '),
        `${published.compression}`,
      ],
    ],
    note: `Mean ± standard deviation over seeds; differences seed by seed, intervals by Student's t. Compression is all weights over those that are not 0. ${setting}. Published: ${published.source}.`,
  };
}

function layerTable(sparse: readonly SparseResult[], { convolutions, published }: SparsityNetwork): Table {
  const kept = (i: number) => summarize(sparse.map(({ layers }) => layers[i].nonZero)).mean.toFixed(0);
  return {
    title: 'Layer by layer',
    columns: ['layer', 'weights', 'not 0', 'removed (%)', '95 % interval', 'published (%)'],
    rows: layerSparsities(sparse).map(({ mean, interval }, i) => [
      i < convolutions ? `convolution ${i + 1}` : `dense ${i - convolutions + 1}`,
      `${sparse[0].layers[i].weights}`,
      kept(i),
      mean.toFixed(2),
      interval ? interval.map((end) => end.toFixed(2)).join(' to ') : '–',
      published.layers[i]?.toFixed(1) ?? '–',
    ]),
    note: 'Of the pruned network, means over seeds.',
  };
}

function seedTable(dense: readonly DenseResult[], sparse: readonly SparseResult[]): Table {
  const errorOfDense = new Map(dense.map(({ seed, error }) => [seed, error]));
  const seeds = [...new Set([...dense, ...sparse].map(({ seed }) => seed))].sort((a, b) => a - b);
  return {
    title: 'Seed by seed',
    columns: ['seed', 'dense error (%)', 'before pruning (%)', 'pruned (%)', 'fine-tuned (%)', 'compression'],
    rows: seeds.map((seed) => {
      const own = sparse.find((result) => result.seed === seed);
      return [
        `${seed}`,
        errorOfDense.get(seed)?.toFixed(2) ?? '–',
        own ? own.unprunedError.toFixed(2) : '–',
        own ? own.error.toFixed(2) : '–',
        own ? own.tunedError.toFixed(2) : '–',
        own ? (weightsOf(own) / nonZeroOf(own)).toFixed(1) : '–',
      ];
    }),
  };
}

function fileTable(dense: readonly DenseResult[], sparse: readonly SparseResult[]): Table {
  return {
    title: 'Saved networks',
    columns: ['network', 'seed', 'units per layer', 'weights stored', 'weights not 0', 'bytes'],
    rows: [
      ...dense.map(({ seed, bytes }) => ['dense', `${seed}`, '–', '–', '–', `${bytes}`]),
      ...sparse.map((result) => [
        'pruned',
        `${result.seed}`,
        result.layers.map(({ unitsLeft }) => unitsLeft).join(' - '),
        `${result.weightsStored}`,
        `${nonZeroOf(result)}`,
        `${result.bytes}`,
      ]),
    ],
    note: 'Safetensors files of float32 weights and biases, no optimizer state. Dead units are removed. Weights of 0 between the remaining units are stored as zeros.',
  };
}

function errorChart(
  dense: readonly DenseResult[],
  measured: readonly Measured[],
  published: SparsityNetwork['published'],
): Chart {
  const point = (x: number, error: Summary): ChartPoint => ({
    x,
    y: error.mean,
    ...(error.interval && { low: error.interval[0], high: error.interval[1] }),
  });
  return {
    title: 'Error by compression',
    x: { label: 'all weights over those that are not 0', logarithmic: true },
    y: { label: 'test error (%)' },
    series: [
      { name: 'dense', points: dense.length === 0 ? [] : [point(1, summarize(dense.map(({ error }) => error)))] },
      ...measured.map(({ label, error, compression }) => ({ name: label, points: [point(compression.mean, error)] })),
      {
        name: 'sparse, published',
        published: true,
        points: [{ x: published.compression, y: published.error }],
      },
    ],
  };
}

function layerChart(sparse: readonly SparseResult[], published: SparsityNetwork['published']): Chart {
  return {
    title: 'Weights removed from each layer',
    x: { label: 'layer, input side first' },
    y: { label: 'removed (%)' },
    series: [
      {
        name: 'removed',
        points: layerSparsities(sparse).map(({ mean, interval }, i) => ({
          x: i + 1,
          y: mean,
          ...(interval && { low: interval[0], high: interval[1] }),
        })),
      },
      {
        name: 'removed, published',
        published: true,
        points: published.layers.map((y, i) => ({ x: i + 1, y })),
      },
    ],
  };
}

/** Share of weights removed from each layer, in percent, over the seeds. */
function layerSparsities(sparse: readonly SparseResult[]): Summary[] {
  const [first] = sparse;
  if (!first) return [];
  return first.layers.map((_, i) =>
    summarize(sparse.map(({ layers }) => 100 * (1 - layers[i].nonZero / layers[i].weights))),
  );
}

function weightsOf({ layers }: SparseResult): number {
  return layers.reduce((sum, { weights }) => sum + weights, 0);
}

function nonZeroOf({ layers }: SparseResult): number {
  return layers.reduce((sum, { nonZero }) => sum + nonZero, 0);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
