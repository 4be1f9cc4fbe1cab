import { foldAverages } from './foldAverages.js';
import { grouped, percent, significant } from './format.js';
import { type MeasureKey, measureForm, measuresOf, type TestMeasures, testMeasures, writeMeasure } from './measures.js';
import { nameRuns } from './runNames.js';
import { searchHeadings, searchRows } from './searchTable.js';
import { type Several, severalWords } from './severalRuns.js';
import { spread } from './statistics.js';
import type { ComparedRun, RunSummary, TrainingReport, TriedNetwork } from './trainingReport.js';

/** The measures in the machine-readable summary, in their order; those that a task has. */
const jsonMeasures = [
  'testError',
  'rmse',
  'nll',
  'crps',
  'coverage50',
  'coverage90',
  'auroc',
  'averagePrecision',
  'ece',
  'kl',
  'seconds',
] as const satisfies readonly MeasureKey[];

/** A run in the machine-readable summary: fractions, nats per test row, and nats of the whole network for `kl`. */
export interface RunJson extends Pick<RunSummary, (typeof jsonMeasures)[number]> {
  readonly backend: string;
  readonly noise: string;
  readonly seed: number;
}

/** What `--json` writes: the main run, with `runs` for a comparison and `interrupted` for a stopped training. */
export interface SummaryJson extends RunJson {
  readonly runs?: readonly RunJson[];
  /** Of a cross-validation: means over the folds of the test measures, and their standard deviations. */
  readonly mean?: TestMeasures;
  readonly deviation?: TestMeasures;
  /** Of a search: what was tried. */
  readonly tried?: readonly TriedNetwork[];
  readonly interrupted?: true;
}

/** @returns exactly the measures of the task and the names of a run. */
export function summaryJson(summary: RunSummary): RunJson {
  const { backend, noise, seed, nll, kl, seconds } = summary;
  const present = jsonMeasures.filter((key) => summary[key] !== undefined);
  return { ...Object.fromEntries(present.map((key) => [key, summary[key]])), nll, kl, seconds, backend, noise, seed };
}

/** @returns the machine-readable summary of a report; everything but `seconds` depends on options and data alone. */
export function reportJson(report: TrainingReport): SummaryJson {
  return {
    ...summaryJson(report.summary),
    ...(report.runs === undefined ? {} : { runs: report.runs.map(summaryJson) }),
    ...(report.runs !== undefined && report.several === 'folds' ? averagesOf(report.runs) : {}),
    ...(report.tried === undefined ? {} : { tried: report.tried }),
    ...(report.interrupted ? { interrupted: true as const } : {}),
  };
}

function averagesOf(folds: readonly ComparedRun[]): { readonly mean: TestMeasures; readonly deviation: TestMeasures } {
  const averages = foldAverages(folds);
  return {
    mean: Object.fromEntries(averages.map(({ key, mean }) => [key, mean])),
    deviation: Object.fromEntries(averages.map(({ key, deviation }) => [key, deviation])),
  };
}

/** @returns the summary for a terminal: the measures, a line per layer and, for a comparison, a line per run. */
export function printSummary(report: TrainingReport): string {
  const { summary, one = 'image' } = report;
  const blocks = [
    ...(report.interrupted ? ['The training was interrupted. These are the results so far.'] : []),
    ...(report.tried === undefined ? [] : [`What was tried, the best first:\n${searchLines(report.tried)}`]),
    ...(report.runs === undefined
      ? []
      : [`${severalWords[report.several ?? 'comparison'].last}, ${nameRuns(report.runs).at(-1)?.name}:`]),
    printMeasures(summary, one),
  ];
  if (report.layers.length > 0) blocks.push(layerLines(report));
  if (report.runs !== undefined) blocks.push(runLines(report.runs, report.several ?? 'comparison'));
  return `${blocks.join('\n\n')}\n`;
}

/** @returns measures alone, a line each; `one` is what a row is. */
export function printMeasures(summary: TestMeasures, one: string): string {
  // Data term and KL are not known where no step was made.
  const known = measuresOf(summary, one).filter(({ value }) => !Number.isNaN(value));
  const units: Partial<Record<MeasureKey, string>> = {
    nll: ` nats per ${one}`,
    dataTerm: ` nats per ${one}`,
    kl: ' nats',
  };
  return aligned(
    known.map(({ key, name, text }) => [name, `${text}${units[key] ?? ''}`]),
    0,
  );
}

function layerLines(report: TrainingReport): string {
  const rows = report.layers.map((layer) => {
    const alpha = layer.alpha === undefined ? undefined : spread(layer.alpha.values);
    return [
      layer.name,
      grouped(layer.parameters),
      alpha === undefined ? '–' : significant(alpha.median),
      alpha === undefined ? '–' : `${significant(alpha.minimum)} … ${significant(alpha.maximum)}`,
      layer.sparsity === undefined ? '–' : percent(layer.sparsity, 1),
    ];
  });
  return aligned([['layer', 'parameters', 'median α', 'α from … to', 'sparsity'], ...rows], 4);
}

function searchLines(tried: readonly TriedNetwork[]): string {
  return aligned([searchHeadings, ...searchRows(tried)], searchHeadings.length);
}

function runLines(runs: readonly ComparedRun[], several: Several): string {
  const areFolds = several === 'folds';
  const keys = [...testMeasures.filter((key) => key !== 'brier'), 'kl', 'seconds'] as const;
  const shown = keys.filter((key) => runs.some((run) => run[key] !== undefined));
  const rows = nameRuns(runs).map((run) => [
    run.name,
    ...shown.map((key) => writeMeasure(key, run[key] ?? Number.NaN)),
  ]);
  const averages = new Map(areFolds ? foldAverages(runs).map((each) => [each.key, each]) : []);
  const averageRow = (name: 'mean' | 'deviation') => [
    name,
    ...shown.map((key) => {
      const value = averages.get(key)?.[name];
      return value === undefined ? '' : writeMeasure(key, value);
    }),
  ];
  const last = averages.size > 0 ? [averageRow('mean'), averageRow('deviation')] : [];
  const headings = [severalWords[several].one, ...shown.map((key) => measureForm(key).name)];
  return aligned([headings, ...rows, ...last], shown.length);
}

/** Columns of text, two spaces apart: the first left-aligned, the next `rightAligned` columns to the right. */
function aligned(rows: readonly (readonly string[])[], rightAligned: number): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column > 0 && column <= rightAligned ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
