import * as Plot from '@observablehq/plot';
import { colours, draw, seriesColours } from './draw.js';
import { duration, grouped, percent, significant } from './format.js';
import { html, type Markup } from './html.js';
import { proportionInterval } from './statistics.js';
import { table } from './tables.js';
import type { ComparedRun } from './training-report.js';

/** @returns the runs side by side: charts of test error, NLL and ECE, and a table of all measures. */
export function comparison(runs: readonly ComparedRun[]): readonly Markup[] {
  return [
    html`<div class="charts">${errorChart(runs)}${measureChart(runs, 'NLL', 'nats per image', (run) => run.nll)}${measureChart(runs, 'ECE', '%', (run) => run.ece * 100)}${epochsChart(runs)}</div>`,
    comparisonTable(runs),
  ];
}

function comparisonTable(runs: readonly ComparedRun[]): Markup {
  const least = (measure: (run: ComparedRun) => number): number => Math.min(...runs.map(measure));
  const best = {
    testError: least((run) => run.testError),
    nll: least((run) => run.nll),
    brier: least((run) => run.brier),
    ece: least((run) => run.ece),
  };
  const cell = (run: ComparedRun, measure: keyof typeof best, text: string): Markup =>
    run[measure] === best[measure] ? html`<b>${text}</b>` : html`${text}`;
  return table(
    ['noise', 'test error', 'NLL', 'Brier', 'ECE', 'data term', 'KL', 'sparsity', 'time'],
    runs.map((run) => [
      run.noise,
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

/** Height of a chart of one row a run. */
function rowsHeight(runs: readonly ComparedRun[]): number {
  return 52 + 26 * runs.length;
}

function rowOptions(runs: readonly ComparedRun[]): Plot.PlotOptions {
  return {
    height: rowsHeight(runs),
    marginLeft: 96,
    marginRight: 46,
    marginTop: 10,
    y: { label: null, domain: runs.map((run) => run.noise), tickSize: 0 },
  };
}

function errorChart(runs: readonly ComparedRun[]): Markup {
  const rows = runs.map((run) => {
    const interval = run.testCount === undefined ? undefined : proportionInterval(run.testError, run.testCount);
    return {
      noise: run.noise,
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
        Plot.ruleY(rows, { y: 'noise', x1: 'lower', x2: 'upper', stroke: colours.first, strokeWidth: 2 }),
        Plot.dot(rows, { y: 'noise', x: 'error', fill: colours.first, r: 4.5 }),
        Plot.text(rows, {
          y: 'noise',
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
    measured
      ? html`<p class="legend">With 95 % confidence intervals: runs whose intervals overlap widely do not differ.</p>`
      : undefined
  }${plot}</figure>`;
}

function measureChart(
  runs: readonly ComparedRun[],
  name: string,
  unit: string,
  measure: (run: ComparedRun) => number,
): Markup {
  const rows = runs.map((run) => ({ noise: run.noise, value: measure(run) }));
  const plot = draw(
    {
      ...rowOptions(runs),
      x: { label: null, grid: true, ticks: 5, nice: true },
      marks: [
        Plot.barX(rows, {
          y: 'noise',
          x: 'value',
          fill: colours.first,
          fillOpacity: 0.75,
          insetTop: 2,
          insetBottom: 2,
        }),
        Plot.text(rows, {
          y: 'noise',
          x: 'value',
          text: (row: (typeof rows)[number]) => significant(row.value),
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

function epochsChart(runs: readonly ComparedRun[]): Markup | undefined {
  const points = runs.flatMap((run) =>
    (run.epochs ?? [])
      .filter((epoch) => epoch.validationError !== undefined)
      .map((epoch) => ({ noise: run.noise, epoch: epoch.epoch, error: (epoch.validationError ?? 0) * 100 })),
  );
  if (points.length === 0) return undefined;
  const names = runs.map((run) => run.noise);
  const plot = draw(
    {
      x: {
        label: 'epoch',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: 8,
        tickFormat: (value: number) => (Number.isInteger(value) ? String(value) : ''),
      },
      y: { type: 'log', label: null, grid: true, ticks: 4, tickFormat: '~g' },
      color: { domain: names, range: names.map((_, index) => seriesColours[index % seriesColours.length]) },
      // A logarithmic axis has no place for an error of 0.
      marks: [
        Plot.line(
          points.filter((point) => point.error > 0),
          { x: 'epoch', y: 'error', stroke: 'noise', strokeWidth: 1.75 },
        ),
      ],
    },
    'Validation error by epoch and noise model',
  );
  const keys = names.map(
    (name, index) => html`<span class="key series-${(index % seriesColours.length) + 1}"></span>${name} `,
  );
  return html`<figure><figcaption>Validation error by epoch <span>%</span></figcaption><p class="legend">${keys}</p>${plot}</figure>`;
}
