import type { Chart, Findings, Table } from '../findings.js';
import { type PairedDifference, pairedDifference } from '../statistics/pairedDifference.js';
import { type Summary, summarize } from '../statistics/summarize.js';
import { summaryToJson } from '../statistics/summaryToJson.js';
import { capitalized } from '../text/capitalized.js';
import { signed, signedInterval } from '../text/signed.js';
import { spread } from '../text/spread.js';
import { type DropoutName, dropoutModels, dropoutNames } from './dropoutModels.js';
import type { ErrorPlan } from './errorPlan.js';
import type { ErrorResult } from './errorResult.js';
import { publishedErrors, publishedErrorsSource, publishedWidths } from './publishedErrors.js';

/** What the conclusion needs in addition to the results. */
export interface ErrorCircumstances {
  readonly plan: ErrorPlan;
  readonly data: string;
  readonly trainingImages: number;
  /** Number of all trials, including those without a result. */
  readonly trials: number;
}

/** Learned noise, and what the paper compares it with: the same noise with fixed rates, and binary dropout. */
const comparisons: readonly (readonly [learned: DropoutName, fixed: DropoutName])[] = [
  ['variational-a', 'gaussian-a'],
  ['variational-a2', 'gaussian-a'],
  ['variational-b', 'gaussian-b'],
  ['variational-a', 'binary'],
  ['variational-a2', 'binary'],
  ['variational-b', 'binary'],
];

interface Comparison {
  readonly learned: DropoutName;
  readonly fixed: DropoutName;
  readonly difference: PairedDifference;
  /** The published difference at this width, if there is one. */
  readonly published: number | undefined;
}

/** The conclusions from the errors measured so far: the curve beside the published one, and the paired comparisons. */
export function concludeErrors(results: readonly ErrorResult[], circumstances: ErrorCircumstances): Findings {
  const { plan, data, trainingImages, trials } = circumstances;
  const summaries = plan.widths.map(({ width }) => ({
    width,
    models: dropoutNames.flatMap((model) => {
      const errors = errorsOf(results, model, width);
      return errors.size === 0 ? [] : [{ model, ...summarize([...errors.values()]) }];
    }),
  }));
  const comparedAt = plan.widths[0].width;
  const compared = comparisons.flatMap(([learned, fixed]): Comparison[] => {
    const difference = pairedDifference(errorsOf(results, learned, comparedAt), errorsOf(results, fixed, comparedAt));
    const published = publishedDifference(learned, fixed, comparedAt);
    return difference ? [{ learned, fixed, difference, published }] : [];
  });
  const setting = `${data}, ${trainingImages} training images, ${plan.epochs} epochs in minibatches of ${plan.batch}`;
  const missing = trials - results.length;
  return {
    title: 'Test error with fixed and learned dropout',
    sentences: [
      ...(missing > 0 ? [`${missing} of ${trials} trainings are missing, so these results are preliminary.`] : []),
      ...compared.map((comparison) => sentenceOf(comparison, comparedAt)),
    ],
    tables: [curveTable(summaries, setting), comparisonTable(compared, comparedAt), noiseTable(results, comparedAt)],
    charts: [
      chart('Test error, correlated weight noise (type A)', summaries, [
        'none',
        'binary',
        'gaussian-a',
        'variational-a',
        'variational-a2',
      ]),
      chart('Test error, independent weight noise (type B)', summaries, [
        'none',
        'binary',
        'gaussian-b',
        'variational-b',
      ]),
    ],
    data: {
      data,
      trainingImages,
      missing,
      errors: results.map(({ alphas, ...result }) => ({ ...result, alphas: [...alphas] })),
      curve: summaries.flatMap(({ width, models }) =>
        models.map(({ model, ...summary }) => ({ model, width, ...summaryToJson(summary) })),
      ),
      published: { source: publishedErrorsSource, widths: [...publishedWidths], errors: publishedErrors },
      comparedAt,
      comparisons: compared.map(({ learned, fixed, difference, published }) => ({
        learned,
        fixed,
        ...summaryToJson(difference),
        verdict: difference.verdict,
        published: published ?? null,
      })),
    },
  };
}

type CurvePoint = Summary & { readonly model: DropoutName };
type Curve = readonly { readonly width: number; readonly models: readonly CurvePoint[] }[];

/** Errors by seed. */
function errorsOf(results: readonly ErrorResult[], model: DropoutName, width: number): ReadonlyMap<number, number> {
  return new Map(
    results.flatMap((result) =>
      result.model === model && result.width === width ? [[result.seed, result.error] as const] : [],
    ),
  );
}

function publishedError(model: DropoutName, width: number): number | undefined {
  const at = publishedWidths.indexOf(width);
  return at < 0 ? undefined : publishedErrors[model][at];
}

function publishedDifference(learned: DropoutName, fixed: DropoutName, width: number): number | undefined {
  const first = publishedError(learned, width);
  const second = publishedError(fixed, width);
  return first === undefined || second === undefined ? undefined : first - second;
}

function curveTable(curve: Curve, setting: string): Table {
  return {
    title: 'Test error (%) by units per layer',
    columns: ['model', ...curve.flatMap(({ width }) => [`${width}`, `${width}, published`])],
    rows: dropoutNames.map((name) => [
      dropoutModels[name].label,
      ...curve.flatMap(({ width, models }) => {
        const point = models.find(({ model }) => model === name);
        const published = publishedError(name, width);
        return [point ? spread(point) : '–', published === undefined ? '–' : published.toFixed(2)];
      }),
    ]),
    note: `Mean ± standard deviation over seeds. ${setting}. Published: ${publishedErrorsSource}.`,
  };
}

function comparisonTable(compared: readonly Comparison[], width: number): Table {
  return {
    title: `Learned against fixed noise at ${width} units per layer, seed by seed`,
    columns: ['learned', 'fixed', 'difference (points)', '95 % interval', 'seeds', 'verdict', 'published difference'],
    rows: compared.map(({ learned, fixed, difference, published }) => [
      dropoutModels[learned].label,
      dropoutModels[fixed].label,
      signed(difference.mean),
      difference.interval ? signedInterval(difference.interval) : '–',
      `${difference.count}`,
      difference.verdict,
      published === undefined ? '–' : signed(published),
    ]),
    note: "Error with learned noise minus error with fixed noise; intervals by Student's t. An interval that contains 0 shows no difference. Each interval has 95 % confidence by itself: of twenty, one misses on average.",
  };
}

function noiseTable(results: readonly ErrorResult[], width: number): Table {
  const rows = dropoutNames.flatMap((name) => {
    const own = results.filter((result) => result.model === name && result.width === width);
    if (own.length === 0) return [];
    const alphas = own[0].alphas.map((_, layer) => mean(own.map((result) => result.alphas[layer])).toFixed(2));
    return [[dropoutModels[name].label, mean(own.map((result) => result.dataTerm)).toPrecision(2), alphas.join(', ')]];
  });
  return {
    title: `Results of training at ${width} units per layer`,
    columns: ['model', 'training data, −log p (nats)', 'learned α, mean of each layer'],
    rows,
    note: 'Means over seeds. −log p is that of the last epoch, under noise. Fixed noise has α = 0.25 on the input and 1 on hidden units; learned noise starts there.',
  };
}

function chart(title: string, curve: Curve, names: readonly DropoutName[]): Chart {
  return {
    title,
    x: { label: 'units per layer' },
    y: { label: 'test error (%)' },
    series: names.flatMap((name) => [
      {
        name: dropoutModels[name].label,
        points: curve.flatMap(({ width, models }) =>
          models
            .filter(({ model }) => model === name)
            .map(({ mean: y, interval: range }) => ({
              x: width,
              y,
              ...(range && { low: range[0], high: range[1] }),
            })),
        ),
      },
      {
        name: `${dropoutModels[name].label}, published`,
        published: true,
        points: publishedWidths.map((x, i) => ({ x, y: publishedErrors[name][i] })),
      },
    ]),
  };
}

function sentenceOf({ learned, fixed, difference, published }: Comparison, width: number): string {
  const pair = `${capitalized(dropoutModels[learned].label)} against ${dropoutModels[fixed].label} at ${width} units per layer`;
  const seeds = `${difference.count} ${difference.count === 1 ? 'seed' : 'seeds'}`;
  const beside = published === undefined ? '' : ` The published difference is ${signed(published)}.`;
  if (!difference.interval)
    return `${pair}: ${signed(difference.mean)} points for one seed, which is not enough to decide.${beside}`;
  const numbers = `${signed(difference.mean)} points, 95 % interval ${signedInterval(difference.interval)}, ${seeds}`;
  const verdict = difference.verdict === 'no difference' ? 'no difference' : `${difference.verdict} error`;
  return `${pair}: ${verdict} (${numbers}).${beside}`;
}

function mean(values: readonly number[]): number {
  return summarize(values).mean;
}
