import * as Plot from '@observablehq/plot';
import { colours, draw, seriesColours } from './draw.js';
import { foldAverages } from './foldAverages.js';
import { significant } from './format.js';
import { html, type Markup } from './html.js';
import { epochAxis } from './learningCurves.js';
import { logarithmicTicks } from './logarithmicTicks.js';
import { type MeasureKey, measureForm, testMeasures, writeMeasure } from './measures.js';
import { type NamedRun, nameRuns } from './runNames.js';
import { type Several, severalWords } from './severalRuns.js';
import { proportionInterval } from './statistics.js';
import { table } from './tables.js';
import type { ComparedRun } from './trainingReport.js';

/** Measures with a bar chart of their own, beside the test error. */
const charted = [
  { key: 'rmse', unit: 'units of the target', scale: 1 },
  { key: 'nll', unit: 'nats per row', scale: 1 },
  { key: 'crps', unit: 'units of the target', scale: 1 },
  { key: 'ece', unit: '%', scale: 100 },
] as const;

/** @returns the runs side by side: charts of the main measures, and a table of all of them. */
export function comparison(compared: readonly ComparedRun[], several: Several): readonly Markup[] {
  const runs = nameRuns(compared);
  const has = (key: MeasureKey) => runs.some((run) => run[key] !== undefined);
  return [
    html`<div class="charts pairs">${has('testError') ? errorChart(runs) : undefined}${charted
      .filter(({ key }) => has(key))
      .map(({ key, unit, scale }) =>
        measureChart(
          runs,
          measureForm(key).name,
          unit,
          (run) => (run[key] ?? Number.NaN) * scale,
          scale === 1 ? significant : (value) => value.toFixed(2),
        ),
      )}${epochsChart(runs)}</div>`,
    comparisonTable(runs, several),
  ];
}

function comparisonTable(runs: readonly NamedRun[], several: Several): Markup {
  const areFolds = several === 'folds';
  const keys = [...testMeasures, 'dataTerm', 'kl', 'sparsity', 'seconds'] as const;
  const shown = keys.filter((key) => runs.some((run) => run[key] !== undefined));
  const cell = (run: NamedRun, key: MeasureKey): Markup => {
    const values = runs.flatMap((each) => each[key] ?? []);
    const { better } = measureForm(key);
    const best = better === undefined ? Number.NaN : better === 'less' ? Math.min(...values) : Math.max(...values);
    const text = writeMeasure(key, run[key] ?? Number.NaN);
    return run[key] === best ? html`<b>${text}</b>` : html`${text}`;
  };
  const averages = new Map(areFolds ? foldAverages(runs).map((each) => [each.key, each]) : []);
  const average = (key: MeasureKey) => {
    const found = averages.get(key);
    return found ? `${writeMeasure(key, found.mean)} ± ${writeMeasure(key, found.deviation)}` : '';
  };
  return table(
    severalWords[several].heading,
    [severalWords[several].one, ...shown.map((key) => measureForm(key).name)],
    [
      ...runs.map((run) => [
        run.name,
        ...shown.map((key) => (areFolds ? writeMeasure(key, run[key] ?? Number.NaN) : cell(run, key))),
      ]),
      ...(averages.size > 0 ? [['mean ± deviation', ...shown.map(average)]] : []),
    ],
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
    const interval = run.testCount === undefined ? undefined : proportionInterval(run.testError ?? 0, run.testCount);
    return {
      name: run.name,
      error: (run.testError ?? 0) * 100,
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
