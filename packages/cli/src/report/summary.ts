import { duration, grouped, percent, significant } from './format.js';
import { nameRuns } from './runNames.js';
import { spread } from './statistics.js';
import type { ComparedRun, RunSummary, TrainingReport } from './trainingReport.js';

/** The keys of a run in the machine-readable summary. */
export interface RunJson {
  /** Fraction of wrong test images. */
  readonly testError: number;
  /** Nats per test image. */
  readonly nll: number;
  /** Fraction. */
  readonly ece: number;
  /** Nats, whole network. */
  readonly kl: number;
  readonly seconds: number;
  readonly backend: string;
  readonly noise: string;
  readonly seed: number;
}

/** What `--json` writes: the main run, with `runs` for a comparison and `interrupted` for a stopped training. */
export interface SummaryJson extends RunJson {
  readonly runs?: readonly RunJson[];
  readonly interrupted?: true;
}

/** @returns exactly the eight measures and names of a run. */
export function summaryJson({ testError, nll, ece, kl, seconds, backend, noise, seed }: RunSummary): RunJson {
  return { testError, nll, ece, kl, seconds, backend, noise, seed };
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
  const { summary } = report;
  const blocks = [
    ...(report.interrupted ? ['The training was interrupted. These are the results so far.'] : []),
    ...(report.runs === undefined ? [] : [`The last of the noise models, ${nameRuns(report.runs).at(-1)?.name}:`]),
    aligned(
      [
        ['test error', percent(summary.testError)],
        ['NLL', `${significant(summary.nll)} nats per image`],
        ['ECE', percent(summary.ece)],
        ['Brier score', significant(summary.brier)],
        // Neither is known where no step was made.
        ...(Number.isNaN(summary.dataTerm) ? [] : [['data term', `${significant(summary.dataTerm)} nats per image`]]),
        ...(Number.isNaN(summary.kl)
          ? []
          : [['KL', `${summary.kl >= 100 ? grouped(summary.kl) : significant(summary.kl)} nats`]]),
        ['sparsity', percent(summary.sparsity, 1)],
        ['time', duration(summary.seconds)],
      ],
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
  const rows = nameRuns(runs).map((run) => [
    run.name,
    percent(run.testError),
    significant(run.nll),
    percent(run.ece),
    run.kl >= 100 ? grouped(run.kl) : significant(run.kl),
    duration(run.seconds),
  ]);
  return aligned([['noise', 'test error', 'NLL', 'ECE', 'KL', 'time'], ...rows], 5);
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
