import * as Plot from '@observablehq/plot';
import { colours, draw } from './draw.js';
import { grouped, percent, significant } from './format.js';
import { html, type Markup } from './html.js';
import { proportionInterval } from './statistics.js';
import { table } from './tables.js';
import type { RegressionReport } from './trainingReport.js';

/** @returns for one target: predictions against targets, residuals, the PIT histogram, intervals and noise. */
export function regressionCharts(report: RegressionReport): Markup {
  const { target, points, rows, pit, pitTargets, intervals, noise } = report;
  return html`<h3>${target}</h3>
<div class="charts"><figure><figcaption>Predictions against targets <span>${shown(report)}</span></figcaption>
<p class="legend">Upright lines are the 90 % intervals of single targets; on the dashed line a prediction is right.</p>${againstTargets(points)}</figure>
<figure><figcaption>Residuals <span>target minus prediction</span></figcaption>
<p class="legend">By the predicted mean. A pattern is something that the network has not learned.</p>${residuals(points)}</figure>
<figure><figcaption>Probability integral transform <span>${pitTargets > 1 ? `of all ${pitTargets} targets` : `${grouped(rows)} rows`}</span></figcaption>
<p class="legend">Level where predictions are calibrated: a hill says too wide, a valley too narrow, a slope biased.</p>${pitChart(pit)}</figure></div>
${table(
  `Intervals of ${target}`,
  ['interval', 'targets in it', '95 % interval of that', 'mean width'],
  intervals.map(({ level, coverage, width }) => {
    const { lower, upper } = proportionInterval(coverage, rows);
    return [percent(level, 0), percent(coverage, 1), `${percent(lower, 1)} – ${percent(upper, 1)}`, significant(width)];
  }),
)}
${table(
  `Noise of ${target}`,
  ['deviation of a prediction', 'smallest', 'median', 'largest'],
  noise.map(({ name, minimum, median, maximum }) => [
    name,
    ...[minimum, median, maximum].map((each) => significant(each)),
  ]),
)}`;
}

const shown = ({ points, rows }: RegressionReport) =>
  points.length < rows ? `${grouped(points.length)} of ${grouped(rows)} test rows` : `${grouped(rows)} test rows`;

type Point = RegressionReport['points'][number];

function againstTargets(points: readonly Point[]): Markup {
  const ends = points.flatMap(({ target, mean }) => [target, mean]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  return draw(
    {
      width: 400,
      height: 270,
      marginLeft: 56,
      x: { label: 'target', labelAnchor: 'center', labelArrow: 'none', ticks: 5, nice: true },
      y: { label: 'prediction', labelArrow: 'none', grid: true, ticks: 5, nice: true },
      marks: [
        Plot.ruleX(points, { x: 'target', y1: 'lower', y2: 'upper', stroke: colours.first, strokeOpacity: 0.25 }),
        Plot.line(
          [
            [least, least],
            [most, most],
          ],
          { stroke: colours.muted, strokeDasharray: '4,4' },
        ),
        Plot.dot(points, { x: 'target', y: 'mean', fill: colours.first, r: 2.5, fillOpacity: 0.8 }),
      ],
    },
    'Predicted means with 90 % intervals against targets',
  );
}

function residuals(points: readonly Point[]): Markup {
  return draw(
    {
      width: 400,
      height: 270,
      marginLeft: 56,
      x: { label: 'prediction', labelAnchor: 'center', labelArrow: 'none', ticks: 5, nice: true },
      y: { label: 'residual', labelArrow: 'none', grid: true, ticks: 5, nice: true },
      marks: [
        Plot.ruleY([0], { stroke: colours.muted, strokeDasharray: '4,4' }),
        Plot.dot(points, {
          x: 'mean',
          y: ({ target, mean }: Point) => target - mean,
          fill: colours.second,
          r: 2.5,
          fillOpacity: 0.8,
        }),
      ],
    },
    'Residuals by predicted mean',
  );
}

function pitChart(pit: RegressionReport['pit']): Markup {
  return draw(
    {
      width: 400,
      height: 270,
      x: { domain: [0, 1], ticks: 5, label: 'F(target)', labelAnchor: 'center', labelArrow: 'none' },
      y: { label: '% of rows', labelArrow: 'none', grid: true, ticks: 5, nice: true, zero: true },
      marks: [
        Plot.rectY(pit, {
          x1: 'lower',
          x2: 'upper',
          y: ({ share }: (typeof pit)[number]) => share * 100,
          fill: colours.third,
          fillOpacity: 0.6,
          inset: 1,
        }),
        Plot.ruleY([100 / pit.length], { stroke: colours.muted, strokeDasharray: '4,4' }),
        Plot.ruleY([0]),
      ],
    },
    'Histogram of the probability integral transform',
  );
}
