import { alphaHistograms } from './alphaHistograms.js';
import { alphaImage } from './alphaImage.js';
import { comparison } from './comparison.js';
import { duration, grouped, percent, significant } from './format.js';
import { html, type Markup } from './html.js';
import { htmlPage } from './htmlPage.js';
import { learningCurves } from './learningCurves.js';
import { reliabilityDiagram } from './reliabilityDiagram.js';
import { proportionInterval } from './statistics.js';
import { configurationList, layerTable } from './tables.js';
import type { RunSummary, TrainingReport } from './trainingReport.js';
import { uncertainImages } from './uncertainImages.js';

/**
 * Renders a report as one HTML page that needs nothing else: no network, no script, plots as inline SVG.
 * The same report gives the same page.
 */
export function renderReport(report: TrainingReport): string {
  const { summary } = report;
  const title = `${summary.noise} on ${summary.backend}`;
  const content = html`<header><h1>${report.runs === undefined ? 'Training report' : 'Comparison of noise models'}</h1>
<p>Vardrop, ${report.runs === undefined ? `noise model ${summary.noise}` : `${report.runs.length} noise models`}, backend ${summary.backend}, seed ${summary.seed}</p>
${report.interrupted ? html`<p class="interrupted">The training was interrupted. These are the results so far.</p>` : undefined}</header>
${report.runs === undefined ? tiles(summary) : html`${comparisonSection(report.runs)}<section><h2>In detail: ${summary.noise}</h2><p>The rest of this page is about this noise model alone.</p>${tiles(summary)}</section>`}
<section><h2>Learning curves</h2><p>The objective is what training minimizes: the negative log likelihood under noise, plus the KL divergence weighted and divided by the number of training images.</p>
<div class="charts">${learningCurves(report.epochs)}</div></section>
<section><h2>Calibration</h2><p>How often the predictive mean is right, by how sure it is, on the test images.</p>
<div class="charts">${reliabilityDiagram(report.reliability)}</div></section>
<section><h2>Noise by layer</h2><p>α is the variance of a weight’s noise relative to its squared mean. At α = 1 the noise is as strong as that of dropout with a rate of one half; from α = 20 (log α = 3) on a weight is mostly noise, and pruning removes it.</p>
<div class="charts">${alphaHistograms(report.layers)}</div>
${report.layers.length === 0 ? undefined : layerTable(report.layers)}</section>
<section><h2>Noise over the input pixels</h2>${alphaImage(report)}</section>
<section><h2>Most uncertain test images</h2><p>Entropy measures all uncertainty of a prediction; mutual information only the part that stems from not knowing the weights. Green is the true class, red a wrong prediction.</p>
${uncertainImages(report.uncertain)}</section>
<section><h2>Configuration</h2>${configurationList(report.configuration)}</section>
${footer()}`;
  return htmlPage(title, content);
}

function comparisonSection(runs: NonNullable<TrainingReport['runs']>): Markup {
  return html`<section><h2>Noise models side by side</h2><p>All runs share data, seed and settings, the noise model apart.</p>
${comparison(runs)}</section>`;
}

function tiles(summary: RunSummary): Markup {
  const interval =
    summary.testCount === undefined ? undefined : proportionInterval(summary.testError, summary.testCount);
  const errorNote =
    interval === undefined || summary.testCount === undefined
      ? 'of the predictive mean'
      : `${grouped(Math.round(summary.testError * summary.testCount))} of ${grouped(summary.testCount)}; 95\u00a0% interval ${(interval.lower * 100).toFixed(2)}\u00a0–\u2060\u00a0${(interval.upper * 100).toFixed(2)}\u00a0%`;
  const entries: readonly (readonly [string, string, string])[] = [
    ['Test error', percent(summary.testError), errorNote],
    ['NLL', significant(summary.nll), 'nats per test image'],
    ['ECE', percent(summary.ece), 'calibration error'],
    ['Brier score', significant(summary.brier), '0 is perfect, 2 worst'],
    ['Data term', significant(summary.dataTerm), 'nats per training image'],
    ['KL', summary.kl >= 100 ? grouped(summary.kl) : significant(summary.kl), 'nats, whole network'],
    ['Sparsity', percent(summary.sparsity, 1), 'weights that α prunes'],
    ['Time', duration(summary.seconds), 'training and test'],
  ];
  return html`<dl class="tiles">${entries.map(([name, value, note]) => html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>`;
}

function footer(): Markup {
  return html`<footer><p>NLL: negative log likelihood of the true labels. ECE: expected calibration error, the mean gap between confidence and accuracy over the bins above. Sparsity: the share of weights whose α is beyond the pruning threshold.</p>
<p>The log-uniform prior of variational dropout is improper: its KL is defined up to a constant, so objectives of different noise models cannot be compared and are no evidence bounds. Compare test measures instead.</p></footer>`;
}
