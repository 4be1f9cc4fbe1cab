import * as Plot from '@observablehq/plot';
import { colours, draw } from './draw.js';
import { grouped } from './format.js';
import { html, type Markup } from './html.js';
import type { ColumnAlpha } from './trainingReport.js';

/** Columns that a chart shows. */
const most = 40;

/** @returns the columns in the order of their learned α, those that the network relies on first. */
export function columnChart(columns: readonly ColumnAlpha[]): Markup {
  const sorted = columns.filter(({ alpha }) => alpha > 0 && Number.isFinite(alpha)).sort((a, b) => a.alpha - b.alpha);
  if (sorted.length === 0) return html`<p class="absent">No α of the first layer is a positive number.</p>`;
  const drawn = sorted.slice(0, most);
  const names = drawn.map(({ name }) => name);
  const longest = Math.max(...names.map((name) => name.length));
  const plot = draw(
    {
      width: 440,
      height: 52 + 20 * drawn.length,
      marginLeft: Math.min(200, 20 + 6.2 * longest),
      marginRight: 24,
      x: { type: 'log', label: 'α', labelAnchor: 'center', labelArrow: 'none', ticks: 5, tickFormat: '~g', grid: true },
      y: { label: null, domain: names, tickSize: 0 },
      marks: [Plot.dot(drawn, { x: 'alpha', y: 'name', fill: colours.first, r: 4.5 })],
    },
    'Alpha of the first layer by column',
  );
  return html`<figure><figcaption>α of the first layer by column <span>${drawn.length < sorted.length ? `the ${grouped(drawn.length)} smallest of ${grouped(sorted.length)}` : 'smallest first'}</span></figcaption>
<p class="legend">Columns with a small α carry little noise: the network relies on them. For a column of several inputs it is their geometric mean.</p>${plot}</figure>`;
}
