import { alphaHistograms } from './alphaHistograms.js';
import { alphaImage } from './alphaImage.js';
import { binaryCharts } from './binaryCharts.js';
import { columnChart } from './columnChart.js';
import { comparison } from './comparison.js';
import { grouped } from './format.js';
import { html, type Markup } from './html.js';
import { htmlPage } from './htmlPage.js';
import { learningCurves } from './learningCurves.js';
import { measuresOf } from './measures.js';
import { regressionCharts } from './regressionCharts.js';
import { reliabilityDiagram } from './reliabilityDiagram.js';
import { searchHeadings, searchRows } from './searchTable.js';
import { type Several, severalWords } from './severalRuns.js';
import { proportionInterval } from './statistics.js';
import { configurationList, layerTable, table } from './tables.js';
import type { RunSummary, TrainingReport } from './trainingReport.js';
import { uncertainImages } from './uncertainImages.js';

/**
 * Renders a report as one HTML page that needs nothing else: no network, no script, plots as inline SVG.
 * The same report gives the same page.
 */
export function renderReport(report: TrainingReport): string {
  const { summary, one = 'image' } = report;
  const { several = 'comparison' } = report;
  const title = `${summary.noise} on ${summary.backend}`;
  const content = html`<header><h1>${report.runs === undefined ? 'Training report' : severalWords[several].title}</h1>
<p>Vardrop, ${report.runs && several === 'comparison' ? `${report.runs.length} noise models` : `noise model ${summary.noise}`}, backend ${summary.backend}, seed ${summary.seed}</p>
${report.interrupted ? html`<p class="interrupted">The training was interrupted. These are the results so far.</p>` : undefined}</header>
${report.tried && searchSection(report.tried)}
${report.runs === undefined ? tiles(summary, one) : html`${comparisonSection(report.runs, several)}<section><h2>In detail: ${severalWords[several].detail ?? summary.noise}</h2><p>The rest of this page is about this one alone.</p>${tiles(summary, one)}</section>`}
<section><h2>Learning curves</h2><p>The objective is what training minimizes: the negative log likelihood under noise, plus the KL divergence weighted and divided by the number of training ${one}s.</p>
<div class="charts">${learningCurves(report.epochs, one)}</div></section>
${report.regression && html`<section><h2>Predictions</h2><p>On the test rows, in the units of the target.</p>${report.regression.map(regressionCharts)}</section>`}
${
  report.reliability &&
  html`<section><h2>Calibration</h2><p>How often the predictive mean is right, by how sure it is, on the test ${one}s.</p>
<div class="charts">${reliabilityDiagram(report.reliability, one)}</div></section>`
}
${report.binary && html`<section><h2>Yes or no</h2><p>How well probabilities part the test rows, and how often they come true.</p><div class="charts">${report.binary.map(binaryCharts)}</div></section>`}
<section><h2>Noise by layer</h2><p>α is the variance of a weight’s noise relative to its squared mean. At α = 1 the noise is as strong as that of dropout with a rate of one half; from α = 20 (log α = 3) on a weight is mostly noise, and pruning removes it.</p>
<div class="charts">${alphaHistograms(report.layers)}</div>
${report.layers.length === 0 ? undefined : layerTable(report.layers)}</section>
${inputSection(report)}
${
  report.uncertain &&
  html`<section><h2>Most uncertain test images</h2><p>Entropy measures all uncertainty of a prediction; mutual information only the part that stems from not knowing the weights. Green is the true class, red a wrong prediction.</p>
${uncertainImages(report.uncertain)}</section>`
}
${report.notes && report.notes.length > 0 ? html`<section><h2>Said about the data</h2><ul class="findings">${report.notes.map((note) => html`<li>${note}</li>`)}</ul></section>` : undefined}
<section><h2>Configuration</h2>${configurationList(report.configuration)}</section>
${footer()}`;
  return htmlPage(title, content);
}

function comparisonSection(runs: NonNullable<TrainingReport['runs']>, several: Several): Markup {
  const { heading, about } = severalWords[several];
  return html`<section><h2>${heading}</h2><p>${about}</p>
${comparison(runs, several)}</section>`;
}

function searchSection(tried: NonNullable<TrainingReport['tried']>): Markup {
  return html`<section><h2>What was tried</h2><p>Networks with settings drawn at random, by the NLL of the validation rows; the best one is trained again for this page. Test rows are not looked at before that.</p>
${table('What was tried, the best first', searchHeadings, searchRows(tried))}</section>`;
}

/** What the first layer's α says about the inputs: pixels of images, or columns of tables. */
function inputSection(report: TrainingReport): Markup | undefined {
  if (report.columns) return html`<section><h2>Noise over the columns</h2>${columnChart(report.columns)}</section>`;
  if (report.one === 'row') return undefined;
  return html`<section><h2>Noise over the input pixels</h2>${alphaImage(report)}</section>`;
}

function tiles(summary: RunSummary, one: string): Markup {
  const { testError, testCount } = summary;
  const interval =
    testError === undefined || testCount === undefined ? undefined : proportionInterval(testError, testCount);
  const entries = measuresOf(summary, one).map(
    ({ key, name, text, note }) =>
      html`<div><dt>${name[0].toUpperCase()}${name.slice(1)}</dt><dd>${text}<small>${
        key === 'testError' && interval !== undefined
          ? `${grouped(Math.round((testError ?? 0) * (testCount ?? 0)))} of ${grouped(testCount ?? 0)}; 95\u00a0% interval ${(interval.lower * 100).toFixed(2)}\u00a0–\u2060\u00a0${(interval.upper * 100).toFixed(2)}\u00a0%`
          : note
      }</small></dd></div>`,
  );
  return html`<dl class="tiles">${entries}</dl>`;
}

function footer(): Markup {
  return html`<footer><p>NLL: negative log likelihood of the true labels. ECE: expected calibration error, the mean gap between confidence and accuracy over the bins above. Sparsity: the share of weights whose α is beyond the pruning threshold.</p>
<p>The log-uniform prior of variational dropout is improper: its KL is defined up to a constant, so objectives of different noise models cannot be compared and are no evidence bounds. Compare test measures instead.</p></footer>`;
}
