import * as Plot from '@observablehq/plot';
import type { Chart, ChartAxis, ChartPoint } from '@vardrop/experiments';
import { draw, seriesColours } from './draw.js';
import { html, type Markup } from './html.js';
import { logarithmicTicks } from './logarithmicTicks.js';

interface DrawnPoint extends ChartPoint {
  readonly series: string;
  readonly colour: string;
  readonly published: boolean;
}

/** @returns a chart with its legend: lines with intervals, and published ones dashed and pale. */
export function findingsChart(chart: Chart): Markup {
  const colours = coloursOf(chart);
  const points = chart.series.flatMap(({ name, points: ofSeries, published = false }, index) =>
    ofSeries
      .filter(({ x, y }) => drawable(chart.x, x) && drawable(chart.y, y))
      .map((point): DrawnPoint => ({ ...point, series: `${index} ${name}`, colour: colours[index], published })),
  );
  if (points.length === 0) {
    return html`<figure><figcaption>${chart.title}</figcaption><p class="absent">Nothing has been measured yet.</p></figure>`;
  }
  const own = points.filter((point) => !point.published);
  const published = points.filter((point) => point.published);
  const intervals = points.filter(
    ({ low, high }) => low !== undefined && high !== undefined && drawable(chart.y, low) && drawable(chart.y, high),
  );
  const heights = points.flatMap(({ y, low, high }) =>
    [y, low, high].filter((value): value is number => value !== undefined && drawable(chart.y, value)),
  );
  const x = axis(
    chart.x,
    points.map((point) => point.x),
  );
  const y = axis(chart.y, heights);
  const line = (data: DrawnPoint[], more: Plot.LineOptions) =>
    Plot.line(data, {
      x: 'x',
      y: 'y',
      z: 'series',
      stroke: (point: DrawnPoint) => point.colour,
      strokeWidth: 2,
      ...more,
    });
  const plot = draw(
    {
      height: 240,
      marginLeft: 52,
      x: { ...x.scale, labelAnchor: 'center', labelArrow: 'none' } as Plot.ScaleOptions,
      y: { ...y.scale, label: null, grid: !chart.y.logarithmic },
      // Colours are given as they are.
      color: { type: 'identity' },
      marks: [
        ...(y.ticks ? [Plot.gridY(y.ticks), Plot.axisY(y.ticks, { text: writeTick, label: null })] : []),
        ...(x.ticks
          ? [Plot.axisX(x.ticks, { text: writeTick, label: chart.x.label, labelAnchor: 'center', labelArrow: 'none' })]
          : []),
        line(published, { strokeDasharray: '5 4', strokeOpacity: 0.65, strokeWidth: 1.5 }),
        Plot.dot(published, { x: 'x', y: 'y', stroke: 'colour', strokeOpacity: 0.65, r: 2.5, fill: 'var(--card)' }),
        Plot.ruleX(intervals, { x: 'x', y1: 'low', y2: 'high', stroke: 'colour', strokeWidth: 1.5 }),
        line(own, {}),
        Plot.dot(own, { x: 'x', y: 'y', fill: 'colour', r: 3.5 }),
      ],
    },
    `${chart.title}: ${chart.y.label} by ${chart.x.label}`,
  );
  const keys = chart.series.map(({ name, published: isPublished = false }, index) => {
    const kind = isPublished ? 'key published' : 'key';
    return html`<span class="entry"><span class="${kind}" style="--key: ${colours[index]}"></span>${name}</span> `;
  });
  return html`<figure><figcaption>${chart.title} <span>${chart.y.label}</span></figcaption><p class="legend">${keys}</p>${plot}</figure>`;
}

/** One colour per series. A published series has the colour of the measured series whose name it begins with or contains. */
function coloursOf({ series }: Chart): readonly string[] {
  const own = series.filter(({ published }) => !published).map(({ name }) => name);
  const colour = (index: number) => seriesColours[index % seriesColours.length];
  let next = own.length;
  return series.map(({ name, published }) => {
    if (!published) return colour(own.indexOf(name));
    const counterpart = own.filter((each) => name.includes(each)).sort((a, b) => b.length - a.length)[0];
    return counterpart === undefined ? colour(next++) : colour(own.indexOf(counterpart));
  });
}

function drawable({ logarithmic }: ChartAxis, value: number): boolean {
  return Number.isFinite(value) && (!logarithmic || value > 0);
}

/**
 * An axis over some values. Ticks of a logarithmic one are those that a small chart has room for; they are drawn by marks of
 * their own, since the library leaves some labels of a logarithmic scale out.
 */
function axis(
  { label, logarithmic }: ChartAxis,
  values: readonly number[],
): { readonly scale: Plot.ScaleOptions; readonly ticks?: number[] } {
  if (!logarithmic) return { scale: { label, nice: true, ticks: 5 } };
  const least = Math.min(...values);
  const most = Math.max(...values);
  // Room beside the outermost values, the more so where there is one value only.
  const room = Math.max(1.08, (most / least) ** 0.04);
  const domain = [least / room, most * room];
  return { scale: { label, type: 'log', domain, axis: null }, ticks: logarithmicTicks(domain[0], domain[1]) };
}

function writeTick(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
