import type { Chart, ChartPoint, Findings, Table } from '../findings.js';
import { significant } from '../format.js';
import type { Json } from '../json.js';
import { type Quartiles, quartiles } from '../statistics/quantiles.js';
import { type SpeedCase, type SpeedTimes, widthsOf } from './measureSpeed.js';
import type { SpeedOptions } from './speedOptions.js';

/** Seconds per epoch in section 5 of Kingma, Salimans & Welling 2015; their hardware is not known. */
const publishedSeconds = { separate: 1635, local: 7.4 };

type MeasuredCase = SpeedCase & {
  readonly network: string;
  /** Seconds per epoch, from the median of the rounds. */
  readonly local: Quartiles;
  readonly separate: Quartiles;
  /** Ratio of the two times of one round. */
  readonly ratio: Quartiles;
  /** Rows of each minibatch that were computed with separate samples. */
  readonly rows: number;
};

/** The conclusions from the times: seconds per epoch, their ratio, and how it changes with width and minibatch. */
export function concludeSpeed(options: SpeedOptions, results: ReadonlyMap<string, Json>): Findings {
  const { cases, epoch } = options;
  const measured = cases.flatMap((each) => {
    const times = results.get(`width-${each.width}-batch-${each.batch}`);
    return times === undefined ? [] : [measuredCase(options, each, times as SpeedTimes)];
  });
  const publishedRatio = publishedSeconds.separate / publishedSeconds.local;
  return {
    title: 'Speed of separate weight samples and of local reparametrization (section 5)',
    sentences: [
      ...measured
        .filter(({ width, batch }) => width === cases[0].width && batch === cases[0].batch)
        .map(
          ({ network, batch, local, separate, ratio }) =>
            `${network}, minibatches of ${batch}: an epoch of ${epoch.toLocaleString('en-US')} images takes ${significant(local.median)} s with local reparametrization and ${significant(separate.median)} s with a weight sample for each datapoint, ${significant(ratio.median)} times as long (published ${publishedSeconds.local} s and ${significant(publishedSeconds.separate, 4)} s, over ${Math.floor(publishedRatio / 10) * 10} times).`,
        ),
      `Extrapolated: ${options.rounds} training steps each, ${shareOfRows(options)} of each minibatch with separate samples, times the steps of an epoch.`,
      'The published times are quoted at second hand, and their hardware is not known. The ratio depends on how fast a machine makes noise and how fast it multiplies matrices.',
    ],
    tables: measured.length === 0 ? [] : [table(inOrder(measured))],
    charts: [
      ...chart('Times as long, by width', 'units per hidden layer', measured, cases[0], 'width', publishedRatio),
      ...chart('Times as long, by minibatch', 'images per minibatch', measured, cases[0], 'batch', publishedRatio),
    ],
    data: { epoch, cases: measured, published: publishedSeconds },
  };
}

function shareOfRows({ share }: SpeedOptions): string {
  return share === 1 ? 'all rows' : `at least ${significant(100 * share, 2)} % of the rows`;
}

function measuredCase({ data, epoch }: SpeedOptions, each: SpeedCase, times: SpeedTimes): MeasuredCase {
  const steps = epoch / each.batch;
  const separate = times.separate.map((seconds, i) => (seconds * each.batch) / times.rows + times.update[i]);
  const ofEpoch = (seconds: readonly number[]) => quartiles(seconds.map((value) => value * steps));
  return {
    ...each,
    network: widthsOf(data, each.width).join('-'),
    local: ofEpoch(times.local),
    separate: ofEpoch(separate),
    ratio: quartiles(separate.map((seconds, i) => seconds / times.local[i])),
    rows: times.rows,
  };
}

/** Sorted by minibatch, the largest first, then by width. */
function inOrder(measured: readonly MeasuredCase[]): readonly MeasuredCase[] {
  return [...measured].sort((a, b) => b.batch - a.batch || a.width - b.width);
}

function table(measured: readonly MeasuredCase[]): Table {
  return {
    title: 'Seconds per epoch',
    columns: ['network', 'minibatch', 'local', 'separate', 'times as long', 'quartiles', 'rows measured'],
    rows: [
      ...measured.map(({ network, batch, local, separate, ratio, rows }) => [
        network,
        String(batch),
        significant(local.median),
        significant(separate.median),
        significant(ratio.median),
        `${significant(ratio.lower)} to ${significant(ratio.upper)}`,
        `${rows} of ${batch}`,
      ]),
      [
        'published: 784-500-500-500-10',
        '1000',
        String(publishedSeconds.local),
        publishedSeconds.separate.toLocaleString('en-US'),
        significant(publishedSeconds.separate / publishedSeconds.local),
        '',
        '',
      ],
    ],
    note: 'Medians over rounds in which both were timed one after the other; the ratio is the median of the rounds’ ratios. Each step includes copying the minibatch to the device, the noise, the update by Adam and reading the loss.',
  };
}

function chart(
  title: string,
  label: string,
  measured: readonly MeasuredCase[],
  main: SpeedCase,
  axis: keyof SpeedCase,
  publishedRatio: number,
): readonly Chart[] {
  const other = axis === 'width' ? 'batch' : 'width';
  const points = measured
    .filter((each) => each[other] === main[other])
    .map((each): ChartPoint => ({ x: each[axis], y: each.ratio.median, low: each.ratio.lower, high: each.ratio.upper }))
    .sort((a, b) => a.x - b.x);
  if (points.length === 0) return [];
  return [
    {
      title,
      x: { label, logarithmic: true },
      y: { label: 'separate / local, with quartiles', logarithmic: true },
      series: [
        { name: other === 'batch' ? `minibatches of ${main.batch}` : `${main.width} units`, points },
        { name: 'published', published: true, points: [{ x: main[axis], y: publishedRatio }] },
      ],
    },
  ];
}
