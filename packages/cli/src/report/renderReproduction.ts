import type { Json, Table } from '@vardrop/experiments';
import { findingsChart } from './findingsChart.js';
import { html, type Markup } from './html.js';
import { htmlPage } from './htmlPage.js';
import { numericColumns } from './numericColumns.js';
import type { ReproducedExperiment, ReproductionReport } from './reproductionReport.js';
import { configurationList, table } from './tables.js';

/**
 * Renders what experiments found as one HTML page that needs nothing else: no network, no script, plots as inline SVG.
 * The same report gives the same page.
 */
export function renderReproduction(report: ReproductionReport): string {
  const { backend, interrupted, experiments } = report;
  const content = html`<header><h1>The paper’s results, reproduced</h1>
<p>Vardrop, ${experiments.map(({ name }) => name).join(', ')}, backend ${backend}. Published figures: Kingma, Salimans &amp; Welling 2015 where no other source is named.</p>
${interrupted ? html`<p class="interrupted">The run was interrupted. These are the results so far. The same command continues from here.</p>` : undefined}</header>
${experiments.map(section)}
<footer><p>Lines that are dashed and pale are published figures; all others were measured in this run. Vertical bars are intervals, as the text says.</p></footer>`;
  return htmlPage(`the paper reproduced on ${backend}`, content);
}

function section({ name, configuration, trials, done, findings }: ReproducedExperiment): Markup {
  const { title, sentences, tables, charts } = findings;
  return html`<section id="${name}"><h2>${title}</h2>
${done < trials ? html`<p class="interrupted">${done} of ${trials} trials have been run.</p>` : undefined}
<ul class="findings">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
<div class="charts pairs">${charts.map(findingsChart)}</div>
${tables.map(findingsTable)}
<details><summary>Configuration</summary>${configurationList(flatten(configuration))}</details></section>
`;
}

function findingsTable({ title, columns, rows, note }: Table): Markup {
  const right = numericColumns(columns, rows);
  const aligned = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 || right[i] ? cell : html`<span class="text">${cell}</span>`));
  return html`<h3>${title}</h3>${table(title, aligned(columns), rows.map(aligned))}
${note === undefined ? undefined : html`<p class="note">${note}</p>`}`;
}

/** Names and values in one list: what is nested gets a name of several words. */
function flatten(value: { readonly [name: string]: Json }, before: readonly string[] = []): Record<string, string> {
  const entries = Object.entries(value).map(([name, each]): Record<string, string> => {
    const path = [...before, name];
    if (Array.isArray(each)) return { [path.join(' ')]: each.map((item) => JSON.stringify(item)).join(', ') };
    if (typeof each === 'object' && each !== null) return flatten(each as { readonly [name: string]: Json }, path);
    return { [path.join(' ')]: typeof each === 'boolean' ? (each ? 'yes' : 'no') : String(each) };
  });
  return Object.assign({}, ...entries);
}
