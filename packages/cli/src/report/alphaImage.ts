import * as Plot from '@observablehq/plot';
import { draw } from './draw.js';
import { significant } from './format.js';
import { html, type Markup } from './html.js';
import { pngUri } from './png.js';
import { spread } from './statistics.js';
import type { InputAlpha, TrainingReport } from './trainingReport.js';

/** Pixels of the colour bar. */
const barSteps = 64;

/** Width of the colour bar, in units of the drawing. */
const barWidth = 296;

/** @returns α of the first layer as an image over the input pixels, with its colour bar, or why there is none. */
export function alphaImage(report: Pick<TrainingReport, 'inputAlpha' | 'layers'>): Markup {
  if (report.inputAlpha === undefined)
    return html`<p class="absent">${whyAbsent(report.layers[0]?.alpha?.granularity)}</p>`;
  return drawImage(report.inputAlpha, report.layers[0]?.alpha?.granularity);
}

function whyAbsent(granularity: string | undefined): string {
  switch (granularity) {
    case undefined:
      return 'The first layer has no α to draw over the input pixels.';
    case 'network':
    case 'layer':
      return `There is one α for the whole ${granularity}, the same for every input pixel. Train with --alpha input or --alpha weight to see which pixels the network relies on.`;
    case 'output':
      return 'The first layer has one α per output unit, which does not tell input pixels apart. Train with --alpha input or --alpha weight to see which pixels the network relies on.';
    default:
      return 'The first layer’s α cannot be laid out over the input pixels.';
  }
}

function drawImage({ width, height, values }: InputAlpha, granularity: string | undefined): Markup {
  const exponents = Float64Array.from(values, (value) => Math.log10(value));
  const range = spread(exponents.filter(Number.isFinite));
  if (range === undefined) return html`<p class="absent">No α of the first layer is a positive number.</p>`;
  const lower = range.minimum;
  const upper = range.maximum > lower ? range.maximum : lower + 1;
  const scale = Plot.scale({ color: { type: 'linear', scheme: 'viridis', domain: [lower, upper], clamp: true } });
  const colour = (exponent: number): readonly number[] => {
    const clamped = Number.isNaN(exponent) ? lower : Math.min(upper, Math.max(lower, exponent));
    return readColour(scale.apply(clamped) as string);
  };
  const pixels = Uint8Array.from(Array.from(exponents, colour).flat());
  const bar = Uint8Array.from(
    Array.from({ length: barSteps }, (_, step) => colour(lower + ((upper - lower) * step) / (barSteps - 1))).flat(),
  );
  const axis = draw(
    {
      width: 320,
      height: 52,
      margin: 0,
      marginLeft: 12,
      marginRight: 12,
      marginTop: 4,
      marginBottom: 34,
      x: {
        domain: [lower, upper],
        label: 'log₁₀ α',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: tickCount(lower, upper),
      },
      marks: [
        Plot.image([0], {
          src: () => pngUri(bar, barSteps, 1, 3).markup,
          frameAnchor: 'middle',
          width: barWidth,
          height: 14,
          preserveAspectRatio: 'none',
        }),
      ],
    },
    'Colour scale of log10 alpha',
  );
  const reduced = granularity === 'weight' ? 'geometric mean over the outputs' : `one per ${granularity ?? 'input'}`;
  const named = (name: string, exponent: number): Markup =>
    html`<div><dt>${name}</dt><dd>${significant(10 ** exponent)}</dd></div>`;
  return html`<figure class="map"><img class="pixels" src="${pngUri(pixels, width, height, 3)}" width="${width}" height="${height}" alt="Alpha by input pixel, from ${significant(10 ** range.minimum)} to ${significant(10 ** range.maximum)}">
<div><figcaption>α of the first layer <span>${reduced}</span></figcaption>
${axis}
<p>Dark pixels carry little noise: the network relies on them. Bright pixels carry much: it can do without them.</p>
<dl>${named('smallest', range.minimum)}${named('median', range.median)}${named('largest', range.maximum)}</dl></div></figure>`;
}

/** How many ticks to ask for so that their labels, which have more digits the narrower the range, do not overlap. */
function tickCount(lower: number, upper: number): number {
  const most = 6;
  const decimals = Math.max(0, Math.ceil(-Math.log10((upper - lower) / most)));
  const whole = String(Math.trunc(Math.max(Math.abs(lower), Math.abs(upper)))).length;
  // A sign, a point and a gap; digits are at most 6.5 wide. The library takes up to half as many more as it is asked for.
  const width = (whole + decimals + 3) * 6.5;
  return Math.max(1, Math.min(most, Math.floor(barWidth / width / 1.5)));
}

/** The library gives colours as `rgb(r, g, b)` or `#rrggbb`. */
function readColour(text: string): readonly number[] {
  if (text.startsWith('#')) return [1, 3, 5].map((start) => Number.parseInt(text.slice(start, start + 2), 16));
  return (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}
