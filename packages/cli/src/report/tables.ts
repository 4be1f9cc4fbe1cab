import { grouped, percent, significant } from './format.js';
import { type Content, html, type Markup } from './html.js';
import { spread } from './statistics.js';
import type { LayerReport, TrainingReport } from './trainingReport.js';

/**
 * @param name the name for screen readers. If the table is wider than the page, the keyboard scrolls it.
 * @returns a table; the first column is a heading of its row, the others are numbers.
 */
export function table(name: string, headings: readonly Content[], rows: readonly (readonly Content[])[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table><thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

/** @returns name, kind, parameters, α and sparsity of each layer. */
export function layerTable(layers: readonly LayerReport[]): Markup {
  return table(
    'Parameters and noise by layer',
    ['layer', 'kind', 'parameters', 'α per', 'α smallest', 'α median', 'α largest', 'sparsity'],
    layers.map((layer) => {
      const alpha = layer.alpha === undefined ? undefined : spread(layer.alpha.values);
      const cell = (value: number | undefined): string => (value === undefined ? '–' : significant(value));
      return [
        layer.name,
        layer.kind,
        grouped(layer.parameters),
        layer.alpha?.granularity ?? '–',
        cell(alpha?.minimum),
        cell(alpha?.median),
        cell(alpha?.maximum),
        layer.sparsity === undefined ? '–' : percent(layer.sparsity, 1),
      ];
    }),
  );
}

/** @returns the configuration as a list of names and values. */
export function configurationList(configuration: TrainingReport['configuration']): Markup {
  const entries = Object.entries(configuration).map(([name, value]) => {
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    return html`<div><dt>${name}</dt><dd>${text}</dd></div>`;
  });
  return html`<dl class="configuration">${entries}</dl>`;
}
