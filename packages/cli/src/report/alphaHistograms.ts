import * as Plot from '@observablehq/plot';
import { colours, draw } from './draw.js';
import { grouped, significant } from './format.js';
import { html, type Markup } from './html.js';
import type { LayerReport } from './trainingReport.js';

/** Decades of α to draw. Values beyond are counted in the outermost bin. */
const widestDomain = { lower: -16, upper: 32 };

/** Share of a layer's values at either end that is counted in the outermost bin. */
const tail = 0.002;

/** Fewest values that make a histogram; fewer are listed. */
const fewestValues = 8;

/** log₁₀ of the α at which a Bernoulli rate of one half has the same variance: α = p / (1 − p) = 1. */
const halfRate = { at: 0, name: 'α = 1' };

/** log₁₀ of the α from which on a weight is pruned: log α = 3. */
const pruning = { at: 3 / Math.LN10, name: 'pruned beyond' };

/** @returns one histogram of log₁₀ α per layer, all on the same axis; layers of few values as text. */
export function alphaHistograms(layers: readonly LayerReport[]): readonly Markup[] {
  const withAlpha = layers.filter((layer) => layer.alpha !== undefined && layer.alpha.values.length > 0);
  if (withAlpha.length === 0) {
    return [html`<p class="absent">The noise model of this run has no α to draw.</p>`];
  }
  const domain = findDomain(withAlpha);
  return withAlpha.map((layer) => {
    const { values, granularity } = layer.alpha ?? { values: [], granularity: '' };
    const count =
      values.length === 1
        ? `one value for the ${granularity}`
        : `${grouped(values.length)} values, one per ${granularity}`;
    const caption = html`<figcaption>${layer.name} <span>${count}</span></figcaption>`;
    if (values.length < fewestValues) {
      return html`<figure>${caption}<p class="single">α = ${Array.from(values, (value) => significant(value)).join(', ')}</p></figure>`;
    }
    return html`<figure>${caption}${drawHistogram(layer.name, values, domain)}</figure>`;
  });
}

interface Domain {
  readonly lower: number;
  readonly upper: number;
  readonly bins: number;
}

function findDomain(layers: readonly LayerReport[]): Domain {
  let lower = Number.POSITIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  for (const layer of layers) {
    const exponents = Float64Array.from(layer.alpha?.values ?? [], Math.log10)
      .filter(Number.isFinite)
      .sort();
    if (exponents.length === 0) continue;
    const skipped = Math.floor(exponents.length * tail);
    lower = Math.min(lower, exponents[skipped]);
    upper = Math.max(upper, exponents[exponents.length - 1 - skipped]);
  }
  if (lower > upper) return { lower: -1, upper: 1, bins: 20 };
  lower = Math.min(widestDomain.upper - 1, Math.max(widestDomain.lower, Math.floor(lower * 2) / 2));
  upper = Math.max(lower + 1, Math.min(widestDomain.upper, Math.ceil(upper * 2) / 2));
  const width = [0.05, 0.1, 0.125, 0.25, 0.5].find((candidate) => (upper - lower) / candidate <= 60) ?? 1;
  return { lower, upper, bins: Math.round((upper - lower) / width) };
}

/** @returns the number of values in each bin of log₁₀ α; those outside of the domain are in the outermost bins. */
export function countByLogAlpha(values: ArrayLike<number>, domain: Domain): number[] {
  const counts = new Array<number>(domain.bins).fill(0);
  const scale = domain.bins / (domain.upper - domain.lower);
  for (let index = 0; index < values.length; index++) {
    const exponent = Math.log10(values[index]);
    if (Number.isNaN(exponent)) continue;
    const bin = Math.floor((exponent - domain.lower) * scale);
    counts[Math.min(domain.bins - 1, Math.max(0, bin))]++;
  }
  return counts;
}

function drawHistogram(name: string, values: ArrayLike<number>, domain: Domain): Markup {
  const width = (domain.upper - domain.lower) / domain.bins;
  const bars = countByLogAlpha(values, domain).map((count, bin) => ({
    from: domain.lower + bin * width,
    to: domain.lower + (bin + 1) * width,
    share: (count / values.length) * 100,
  }));
  // Where α goes far beyond 1 it is pruning that matters.
  const mark = domain.upper > pruning.at ? pruning : halfRate;
  const showMark = domain.lower <= mark.at && mark.at <= domain.upper;
  const right = mark.at > (domain.lower + domain.upper) / 2;
  return draw(
    {
      height: 210,
      x: {
        domain: [domain.lower, domain.upper],
        label: 'log₁₀ α',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: 7,
      },
      y: { label: '% of values', labelArrow: 'none', grid: true, ticks: 4, nice: true },
      marks: [
        Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'share', fill: colours.first, inset: 0.5 }),
        Plot.ruleY([0]),
        ...(showMark
          ? [
              Plot.ruleX([mark.at], { stroke: colours.muted, strokeDasharray: '3,3' }),
              Plot.text([mark.at], {
                x: (value: number) => value,
                frameAnchor: 'top',
                text: () => mark.name,
                dx: right ? -5 : 5,
                dy: -12,
                textAnchor: right ? 'end' : 'start',
                fill: colours.muted,
              }),
            ]
          : []),
      ],
    },
    `Histogram of log10 alpha of layer ${name}`,
  );
}
