import * as Plot from '@observablehq/plot';
import { colours, draw } from './draw.js';
import { significant } from './format.js';
import { html, type Markup } from './html.js';
import { logarithmicTicks } from './logarithmicTicks.js';
import type { EpochReport } from './trainingReport.js';

/** @returns one small chart each for the objective with its data term, the KL (where there is one) and the validation error. */
export function learningCurves(epochs: readonly EpochReport[]): readonly Markup[] {
  if (epochs.length === 0) return [html`<p class="absent">No epoch was completed.</p>`];
  const charts = epochs.some((epoch) => epoch.kl !== 0)
    ? [objectiveChart(epochs), klChart(epochs)]
    : [dataTermChart(epochs)];
  const validated = epochs.filter((epoch) => epoch.validationError !== undefined);
  if (validated.length > 0) charts.push(validationChart(validated));
  return charts;
}

function objectiveChart(epochs: readonly EpochReport[]): Markup {
  const plot = draw(
    {
      x: epochAxis(epochs),
      y: { ...lossAxis(epochs.flatMap((epoch) => [epoch.objective, epoch.dataTerm])), label: null, grid: true },
      marks: [...curve(epochs, 'objective', colours.second), ...curve(epochs, 'dataTerm', colours.first)],
    },
    'Objective and data term by epoch',
  );
  return html`<figure><figcaption>Objective <span>nats per image</span></figcaption>
<p class="legend"><span class="key series-2"></span>with weighted KL / N <span class="key series-1"></span>data term alone</p>${plot}</figure>`;
}

/** The objective of a network without KL is its data term. */
function dataTermChart(epochs: readonly EpochReport[]): Markup {
  const plot = draw(
    {
      x: epochAxis(epochs),
      y: { ...lossAxis(epochs.map((epoch) => epoch.dataTerm)), label: null, grid: true },
      marks: curve(epochs, 'dataTerm', colours.first),
    },
    'Objective by epoch',
  );
  return html`<figure><figcaption>Objective <span>nats per image</span></figcaption>
<p class="legend"><span class="key series-1"></span>data term; this noise has no KL</p>${plot}</figure>`;
}

function klChart(epochs: readonly EpochReport[]): Markup {
  const plot = draw(
    {
      x: epochAxis(epochs),
      y: { label: null, grid: true, ticks: 5, nice: true, tickFormat: writeKl },
      marks: curve(epochs, 'kl', colours.third),
    },
    'KL divergence by epoch',
  );
  return html`<figure><figcaption>KL of the whole network <span>nats</span></figcaption>
<p class="legend"><span class="key series-3"></span>posterior against prior, not weighted</p>${plot}</figure>`;
}

function validationChart(epochs: readonly EpochReport[]): Markup {
  const best = epochs.reduce((least, epoch) =>
    (epoch.validationError ?? 1) < (least.validationError ?? 1) ? epoch : least,
  );
  const plot = draw(
    {
      x: epochAxis(epochs),
      y: {
        label: null,
        grid: true,
        ticks: 5,
        nice: true,
        domain: [0, Math.max(...epochs.map((epoch) => epoch.validationError ?? 0), 1e-4) * 100],
      },
      marks: [
        ...curve(epochs, (epoch) => (epoch.validationError ?? Number.NaN) * 100, colours.first),
        Plot.text([best], {
          x: 'epoch',
          y: (epoch: EpochReport) => (epoch.validationError ?? 0) * 100,
          text: (epoch: EpochReport) => `${((epoch.validationError ?? 0) * 100).toFixed(2)} %`,
          dy: -14,
          fontWeight: 600,
          textAnchor: best.epoch > (epochs[0].epoch + epochs[epochs.length - 1].epoch) / 2 ? 'end' : 'start',
          // At the left end it would lie over the axis.
          dx: best.epoch === epochs[0].epoch && epochs.length > 1 ? 8 : 0,
        }),
        Plot.dot([best], {
          x: 'epoch',
          y: (epoch: EpochReport) => (epoch.validationError ?? 0) * 100,
          r: 5,
          stroke: colours.first,
          strokeWidth: 1.5,
        }),
      ],
    },
    'Validation error by epoch',
  );
  return html`<figure><figcaption>Validation error <span>%</span></figcaption>
<p class="legend"><span class="key series-1"></span>held-out images; least ${significant((best.validationError ?? 0) * 100)} % after epoch ${best.epoch}</p>${plot}</figure>`;
}

/** `0`, `400k`, `1.5M`. */
function writeKl(value: number): string {
  const text = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 }).format(value);
  return text.replace('K', 'k').replace('-', '−');
}

type Channel = keyof EpochReport | ((epoch: EpochReport) => number);

function curve(epochs: readonly EpochReport[], y: Channel, stroke: string): Plot.Markish[] {
  const data = [...epochs];
  const line = Plot.line(data, { x: 'epoch', y, stroke, strokeWidth: 2, strokeLinejoin: 'round' });
  // A dot per epoch while dots are distinguishable; a single epoch has no line.
  return data.length <= 40 ? [line, Plot.dot(data, { x: 'epoch', y, fill: stroke, r: 2.5 })] : [line];
}

/** Epochs are whole: never a tick at 1.5. */
export function epochAxis(epochs: readonly Pick<EpochReport, 'epoch'>[]): Plot.ScaleOptions {
  const first = epochs[0].epoch;
  const last = epochs[epochs.length - 1].epoch;
  const step = Math.max(1, Math.ceil((last - first) / 8));
  const rounded = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500].find((candidate) => candidate >= step) ?? step;
  const ticks = [];
  for (let tick = Math.ceil(first / rounded) * rounded; tick <= last; tick += rounded) ticks.push(tick);
  if (rounded > 1 && ticks[0] !== first && ticks[0] - first >= rounded / 2) ticks.unshift(first);
  return {
    label: 'epoch',
    labelAnchor: 'center',
    labelArrow: 'none',
    ticks,
    tickFormat: 'd',
    domain: first === last ? [first - 1, last + 1] : [first, last],
  } as Plot.ScaleOptions;
}

/** A logarithmic axis where the values span more than a factor of 20 and allow one. */
function lossAxis(values: readonly number[]): Plot.ScaleOptions {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(...finite);
  const most = Math.max(...finite);
  const logarithmic = least > 0 && most / least > 20;
  return logarithmic
    ? { type: 'log', domain: [least, most], ticks: logarithmicTicks(least, most), tickFormat: '~g' }
    : { nice: true, ticks: 5, zero: least >= 0 };
}
