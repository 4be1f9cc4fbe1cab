import { grouped, percent, significant } from './format.js';
import { type MeasureKey, measureForm, measuresOf, testMeasures, writeMeasure } from './measures.js';
import { nameRuns } from './runNames.js';
import { spread } from './statistics.js';
import type { ComparedRun, RunSummary, TrainingReport } from './trainingReport.js';

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
    ...(report.interrupted ? { interrupted: true as const } : {}),
  };
}

/** @returns the summary for a terminal: the measures, a line per layer and, for a comparison, a line per run. */
export function printSummary(report: TrainingReport): string {
  const { summary, one = 'image' } = report;
  // Data term and KL are not known where no step was made.
  const measures = measuresOf(summary, one).filter(({ value }) => !Number.isNaN(value));
  const units: Partial<Record<MeasureKey, string>> = {
    nll: ` nats per ${one}`,
    dataTerm: ` nats per ${one}`,
    kl: ' nats',
  };
  const blocks = [
    ...(report.interrupted ? ['The training was interrupted. These are the results so far.'] : []),
    ...(report.runs === undefined ? [] : [`The last of the noise models, ${nameRuns(report.runs).at(-1)?.name}:`]),
    aligned(
      measures.map(({ key, name, text }) => [name, `${text}${units[key] ?? ''}`]),
      0,
    ),
  ];
  if (report.layers.length > 0) blocks.push(layerLines(report));
  if (report.runs !== undefined) blocks.push(runLines(report.runs));
  return `${blocks.join('\n\n')}\n`;
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

function runLines(runs: readonly ComparedRun[]): string {
  const keys = [...testMeasures.filter((key) => key !== 'brier'), 'kl', 'seconds'] as const;
  const shown = keys.filter((key) => runs.some((run) => run[key] !== undefined));
  const rows = nameRuns(runs).map((run) => [
    run.name,
    ...shown.map((key) => writeMeasure(key, run[key] ?? Number.NaN)),
  ]);
  return aligned([['noise', ...shown.map((key) => measureForm(key).name)], ...rows], shown.length);
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
