import * as Plot from '@observablehq/plot';
import { colours, draw, seriesColours } from './draw.js';
import { duration, grouped, percent, significant } from './format.js';
import { html, type Markup } from './html.js';
import { epochAxis } from './learningCurves.js';
import { logarithmicTicks } from './logarithmicTicks.js';
import { type NamedRun, nameRuns } from './runNames.js';
import { proportionInterval } from './statistics.js';
import { table } from './tables.js';
import type { ComparedRun } from './trainingReport.js';

/** @returns the runs side by side: charts of test error, NLL and ECE, and a table of all measures. */
export function comparison(compared: readonly ComparedRun[]): readonly Markup[] {
  const runs = nameRuns(compared);
  return [
    html`<div class="charts pairs">${errorChart(runs)}${measureChart(runs, 'NLL', 'nats per image', (run) => run.nll, significant)}${measureChart(
      runs,
      'ECE',
      '%',
      (run) => run.ece * 100,
      (value) => value.toFixed(2),
    )}${epochsChart(runs)}</div>`,
    comparisonTable(runs),
  ];
}

function comparisonTable(runs: readonly NamedRun[]): Markup {
  const least = (measure: (run: NamedRun) => number): number => Math.min(...runs.map(measure));
  const best = {
    testError: least((run) => run.testError),
    nll: least((run) => run.nll),
    brier: least((run) => run.brier),
    ece: least((run) => run.ece),
  };
  const cell = (run: NamedRun, measure: keyof typeof best, text: string): Markup =>
    run[measure] === best[measure] ? html`<b>${text}</b>` : html`${text}`;
  return table(
    'Noise models side by side',
    ['noise', 'test error', 'NLL', 'Brier', 'ECE', 'data term', 'KL', 'sparsity', 'time'],
    runs.map((run) => [
      run.name,
      cell(run, 'testError', percent(run.testError)),
      cell(run, 'nll', significant(run.nll)),
      cell(run, 'brier', significant(run.brier)),
      cell(run, 'ece', percent(run.ece)),
      significant(run.dataTerm),
      run.kl >= 100 ? grouped(run.kl) : significant(run.kl),
      percent(run.sparsity, 1),
      duration(run.seconds),
    ]),
  );
}

/** Height of a chart with one row per run. */
function rowsHeight(runs: readonly NamedRun[]): number {
  return 52 + 26 * runs.length;
}

function rowOptions(runs: readonly NamedRun[]): Plot.PlotOptions {
  return {
    height: rowsHeight(runs),
    marginLeft: 96,
    marginRight: 46,
    marginTop: 10,
    y: { label: null, domain: runs.map((run) => run.name), tickSize: 0 },
  };
}

function errorChart(runs: readonly NamedRun[]): Markup {
  const rows = runs.map((run) => {
    const interval = run.testCount === undefined ? undefined : proportionInterval(run.testError, run.testCount);
    return {
      name: run.name,
      error: run.testError * 100,
      lower: interval && interval.lower * 100,
      upper: interval && interval.upper * 100,
    };
  });
  const measured = rows.some((row) => row.lower !== undefined);
  const plot = draw(
    {
      ...rowOptions(runs),
      x: { label: null, grid: true, ticks: 5, nice: true, zero: true },
      marks: [
        Plot.ruleY(rows, { y: 'name', x1: 'lower', x2: 'upper', stroke: colours.first, strokeWidth: 2 }),
        Plot.dot(rows, { y: 'name', x: 'error', fill: colours.first, r: 4.5 }),
        Plot.text(rows, {
          y: 'name',
          x: (row: (typeof rows)[number]) => row.upper ?? row.error,
          text: (row: (typeof rows)[number]) => row.error.toFixed(2),
          textAnchor: 'start',
          dx: 8,
        }),
      ],
    },
    'Test error by noise model',
  );
  return html`<figure><figcaption>Test error <span>%</span></figcaption>${
    measured ? html`<p class="legend">Lines are 95 % confidence intervals.</p>` : undefined
  }${plot}</figure>`;
}

function measureChart(
  runs: readonly NamedRun[],
  name: string,
  unit: string,
  measure: (run: NamedRun) => number,
  write: (value: number) => string,
): Markup {
  const rows = runs.map((run) => ({ name: run.name, value: measure(run) }));
  const plot = draw(
    {
      ...rowOptions(runs),
      x: { label: null, grid: true, ticks: 5, nice: true },
      marks: [
        Plot.barX(rows, {
          y: 'name',
          x: 'value',
          fill: colours.first,
          fillOpacity: 0.75,
          insetTop: 2,
          insetBottom: 2,
        }),
        Plot.text(rows, {
          y: 'name',
          x: 'value',
          text: (row: (typeof rows)[number]) => write(row.value),
          textAnchor: 'start',
          dx: 6,
        }),
        Plot.ruleX([0]),
      ],
    },
    `${name} by noise model`,
  );
  return html`<figure><figcaption>${name} <span>${unit}</span></figcaption>${plot}</figure>`;
}

/** Logarithmic, unless the errors are so close that fewer than two ticks lie in their range. */
function errorAxis(errors: readonly number[]): Plot.ScaleOptions {
  const ticks = logarithmicTicks(Math.min(...errors), Math.max(...errors));
  return ticks.length < 2 ? { nice: true, ticks: 5 } : { type: 'log', ticks, tickFormat: '~g' };
}

function epochsChart(runs: readonly NamedRun[]): Markup | undefined {
  const points = runs.flatMap((run) =>
    (run.epochs ?? [])
      .filter((epoch) => epoch.validationError !== undefined)
      .map((epoch) => ({ name: run.name, epoch: epoch.epoch, error: (epoch.validationError ?? 0) * 100 })),
  );
  // A logarithmic axis has no place for an error of 0.
  const drawn = points.filter((point) => point.error > 0);
  if (drawn.length === 0) return undefined;
  const errors = drawn.map((point) => point.error);
  const names = runs.map((run) => run.name);
  const plot = draw(
    {
      x: epochAxis([...drawn].sort((a, b) => a.epoch - b.epoch)),
      y: { ...errorAxis(errors), label: null, grid: true },
      color: { domain: names, range: names.map((_, index) => seriesColours[index % seriesColours.length]) },
      marks: [Plot.line(drawn, { x: 'epoch', y: 'error', z: 'name', stroke: 'name', strokeWidth: 1.75 })],
    },
    'Validation error by epoch and noise model',
  );
  const keys = names.map(
    (name, index) =>
      html`<span class="entry"><span class="key series-${(index % seriesColours.length) + 1}"></span>${name}</span> `,
  );
  return html`<figure><figcaption>Validation error by epoch <span>%</span></figcaption><p class="legend">${keys}</p>${plot}</figure>`;
}
