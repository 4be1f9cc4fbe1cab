import * as Plot from '@observablehq/plot';
import { colours, draw } from './draw.js';
import { grouped, percent, significant } from './format.js';
import { html, type Markup } from './html.js';
import { proportionInterval } from './statistics.js';
import type { BinaryReport } from './trainingReport.js';

/** @returns for one answer of yes or no: the ROC curve, and how often it is yes by the predicted probability. */
export function binaryCharts(report: BinaryReport): readonly Markup[] {
  const { name, roc, auroc, averagePrecision, positives, rows, bins } = report;
  return [
    html`<figure><figcaption>ROC of ${name} <span>area ${significant(auroc)}</span></figcaption>
<p class="legend">${grouped(positives)} of ${grouped(rows)} test rows are ${name}. Average precision ${significant(averagePrecision)}.</p>${rocChart(roc)}</figure>`,
    html`<figure><figcaption>Share of ${name} by probability <span>${grouped(rows)} rows</span></figcaption>
<p class="legend">Calibrated probabilities lie on the dashed line; upright lines are 95 % intervals. Mean probability ${percent(meanOf(bins), 1)}, share ${percent(positives / rows, 1)}.</p>${calibrationChart(bins)}</figure>`,
  ];
}

function meanOf(bins: BinaryReport['bins']): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, confidence }) => sum + (count > 0 ? count * confidence : 0), 0) / total;
}

const unit = { domain: [0, 1], ticks: 5 };
const diagonal = () =>
  Plot.line(
    [
      [0, 0],
      [1, 1],
    ],
    { stroke: colours.muted, strokeDasharray: '4,4' },
  );

function rocChart(roc: BinaryReport['roc']): Markup {
  return draw(
    {
      width: 400,
      height: 270,
      x: { ...unit, label: 'false positive rate', labelAnchor: 'center', labelArrow: 'none' },
      y: { ...unit, label: 'true positive rate', labelArrow: 'none', grid: true },
      marks: [
        diagonal(),
        Plot.line(roc, { x: 'falsePositiveRate', y: 'truePositiveRate', stroke: colours.first, strokeWidth: 2 }),
      ],
    },
    'Receiver operating characteristic',
  );
}

function calibrationChart(bins: BinaryReport['bins']): Markup {
  const filled = bins
    .filter(({ count }) => count > 0)
    .map((bin) => ({ ...bin, ...proportionInterval(bin.accuracy, bin.count) }));
  return draw(
    {
      width: 400,
      height: 270,
      x: { ...unit, label: 'probability', labelAnchor: 'center', labelArrow: 'none' },
      y: { ...unit, label: 'share', labelArrow: 'none', grid: true },
      marks: [
        diagonal(),
        Plot.ruleX(filled, { x: 'confidence', y1: 'lower', y2: 'upper', stroke: colours.first, strokeWidth: 1.5 }),
        Plot.dot(filled, { x: 'confidence', y: 'accuracy', fill: colours.first, r: 4 }),
      ],
    },
    'Reliability diagram: share of yes by probability',
  );
}
