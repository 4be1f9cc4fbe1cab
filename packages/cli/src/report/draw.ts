import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Markup, trusted } from './html.js';

/** Colours by CSS variables of the page, so that one drawing serves light and dark mode. */
export const colours = {
  first: 'var(--series-1)',
  second: 'var(--series-2)',
  third: 'var(--series-3)',
  muted: 'var(--muted)',
  rule: 'var(--rule)',
} as const;

/** Colours of runs side by side, enough for the paper's models; they repeat after that. */
export const seriesColours = Array.from({ length: 7 }, (_, index) => `var(--series-${index + 1})`);

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/**
 * Draws a plot as inline SVG.
 *
 * @param description what the plot shows, for readers who cannot see it.
 * @returns an `svg` element that scales to the width it is given; the library escapes all its text.
 */
export function draw(options: Plot.PlotOptions, description: string): Markup {
  const figure = Plot.plot({
    width: 340,
    height: 220,
    marginLeft: 46,
    marginBottom: 36,
    style: { fontSize: '11px', background: 'none', fontFamily: 'inherit' },
    ...options,
    // The document of linkedom has everything that Plot uses.
    document: document as unknown as Document,
    ariaLabel: description,
  } as Plot.PlotOptions);
  figure.setAttribute('role', 'img');
  // Plot puts the same style sheet into each drawing; the page carries it once.
  for (const style of [...figure.querySelectorAll('style')]) style.remove();
  for (const name of ['width', 'height']) figure.removeAttribute(name);
  return trusted(figure.outerHTML);
}
