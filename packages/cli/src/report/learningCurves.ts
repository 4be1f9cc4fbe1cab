import * as Plot from '@observablehq/plot';
import { colours, draw } from './draw.js';
import { significant } from './format.js';
import { html, type Markup } from './html.js';
import { logarithmicTicks } from './logarithmicTicks.js';
import type { EpochReport } from './trainingReport.js';

/** @returns one small chart each for the objective with its data term, the KL (where there is one) and the validation error. */
export function learningCurves(epochs: readonly EpochReport[], one = 'image'): readonly Markup[] {
  if (epochs.length === 0) return [html`<p class="absent">No epoch was completed.</p>`];
  const charts = epochs.some((epoch) => epoch.kl !== 0)
    ? [objectiveChart(epochs, one), klChart(epochs)]
    : [dataTermChart(epochs, one)];
  const validated = validations.find(({ of }) => epochs.some((epoch) => of(epoch) !== undefined));
  if (validated !== undefined) charts.push(validationChart(epochs, validated, one));
  return charts;
}

function objectiveChart(epochs: readonly EpochReport[], one: string): Markup {
  const plot = draw(
    {
      x: epochAxis(epochs),
      y: { ...lossAxis(epochs.flatMap((epoch) => [epoch.objective, epoch.dataTerm])), label: null, grid: true },
      marks: [...curve(epochs, 'objective', colours.second), ...curve(epochs, 'dataTerm', colours.first)],
    },
    'Objective and data term by epoch',
  );
  return html`<figure><figcaption>Objective <span>nats per ${one}</span></figcaption>
<p class="legend"><span class="key series-2"></span>with weighted KL / N <span class="key series-1"></span>data term alone</p>${plot}</figure>`;
}

/** The objective of a network without KL is its data term. */
function dataTermChart(epochs: readonly EpochReport[], one: string): Markup {
  const plot = draw(
    {
      x: epochAxis(epochs),
      y: { ...lossAxis(epochs.map((epoch) => epoch.dataTerm)), label: null, grid: true },
      marks: curve(epochs, 'dataTerm', colours.first),
    },
    'Objective by epoch',
  );
  return html`<figure><figcaption>Objective <span>nats per ${one}</span></figcaption>
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

/** A measure of the validation rows. */
interface Validation {
  readonly name: string;
  readonly unit: string;
  readonly of: (epoch: EpochReport) => number | undefined;
  readonly write: (value: number) => string;
  /** Whether the axis begins at 0. */
  readonly zero: boolean;
}

/** The measures that are drawn: the first that there is. */
const validations: readonly Validation[] = [
  {
    name: 'Validation error',
    unit: '%',
    of: ({ validationError }) => (validationError === undefined ? undefined : validationError * 100),
    write: (value) => `${value.toFixed(2)} %`,
    zero: true,
  },
  {
    name: 'Validation NLL',
    unit: 'nats',
    of: ({ validationNll }) => validationNll,
    write: (value) => significant(value),
    zero: false,
  },
];

function validationChart(
  all: readonly EpochReport[],
  { name, unit, of, write, zero }: Validation,
  one: string,
): Markup {
  const epochs = all.filter((epoch) => of(epoch) !== undefined);
  const value = (epoch: EpochReport) => of(epoch) ?? Number.NaN;
  const best = epochs.reduce((least, epoch) => (value(epoch) < value(least) ? epoch : least));
  const plot = draw(
    {
      x: epochAxis(epochs),
      y: {
        label: null,
        grid: true,
        ticks: 5,
        nice: true,
        ...(zero && { domain: [0, Math.max(...epochs.map(value), 1e-2)] }),
      },
      marks: [
        ...curve(epochs, value, colours.first),
        Plot.text([best], {
          x: 'epoch',
          y: value,
          text: (epoch: EpochReport) => write(value(epoch)),
          dy: -14,
          fontWeight: 600,
          textAnchor: best.epoch > (epochs[0].epoch + epochs[epochs.length - 1].epoch) / 2 ? 'end' : 'start',
          // At the left end it would lie over the axis.
          dx: best.epoch === epochs[0].epoch && epochs.length > 1 ? 8 : 0,
        }),
        Plot.dot([best], { x: 'epoch', y: value, r: 5, stroke: colours.first, strokeWidth: 1.5 }),
      ],
    },
    `${name} by epoch`,
  );
  return html`<figure><figcaption>${name} <span>${unit}</span></figcaption>
<p class="legend"><span class="key series-1"></span>held-out ${one}s; least ${unit === '%' ? `${significant(value(best))} %` : write(value(best))} after epoch ${best.epoch}</p>${plot}</figure>`;
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
